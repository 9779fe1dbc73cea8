"""Dates and durations for people."""

from datetime import date, timedelta


def format_date(day: date) -> str:
    """Writes a date as year-month-day."""
    return f"{day.year:04}-{day.month:02}-{day.day:02}"


def days_between(start: date, end: date) -> int:
    """Whole days from one date to another."""
    return (end - start).days


def humanize_duration(seconds: float) -> str:
    """Turns seconds into words such as '2 hours ago'."""
    for name, size in (("day", 86400), ("hour", 3600), ("minute", 60)):
        if seconds >= size:
            count = int(seconds // size)
            return f"{count} {name}{'s' if count > 1 else ''} ago"
    return "just now"


def working_days(start: date, end: date) -> int:
    """Counts the days from Monday to Friday between two dates."""
    span = (end - start).days
    return sum((start + timedelta(days=n)).weekday() < 5 for n in range(span))

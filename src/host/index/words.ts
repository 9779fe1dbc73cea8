/** The index in words: numbers, times and reasons as people read them. */
import type { EncoderCoverage, IndexStatus, SkipReason } from "../../protocol/workspace.ts";

export const count = (n: number): string => n.toLocaleString("en");

/** "1 file", "2 files". */
export const plural = (n: number, one: string, many = `${one}s`): string => `${count(n)} ${n === 1 ? one : many}`;

/** Whole percents; 100 only when nothing is missing. */
export const percent = (done: number, total: number): number => (done >= total ? 100 : Math.floor((100 * done) / total));

export const megabytes = (bytes: number): string =>
  bytes >= 1e9 ? `${(bytes / 1e9).toFixed(1)} GB` : `${(bytes / 1e6).toFixed(bytes < 1e7 ? 1 : 0)} MB`;

/** Rounded up to what a person waits by: "20 s", "3 min", "2 h". */
export function duration(seconds: number): string {
  if (seconds < 60) return `${String(Math.max(1, Math.ceil(seconds / 5) * 5))} s`;
  if (seconds < 3600) return `${String(Math.ceil(seconds / 60))} min`;
  return `${String(Math.ceil(seconds / 3600))} h`;
}

export interface Overall {
  readonly done: number;
  readonly total: number;
  readonly percent: number;
  /** null when nobody can tell. */
  readonly secondsLeft: number | null;
}

/** All encoders that work as one: texts times encoders, and the time until the last one is through. */
export function overall({ encoders }: Pick<IndexStatus, "encoders">): Overall {
  const working = encoders.filter(({ error }) => error === undefined);
  const sum = (of: (encoder: EncoderCoverage) => number): number => working.reduce((all, encoder) => all + of(encoder), 0);
  const done = sum((encoder) => encoder.done);
  const total = sum((encoder) => encoder.total);
  const left = working.filter((encoder) => encoder.done < encoder.total).map(({ secondsLeft }) => secondsLeft);
  return {
    done,
    total,
    percent: percent(done, total),
    secondsLeft: left.length === 0 || left.includes(null) ? null : Math.max(...left.map(Number)),
  };
}

/** "12,345 of 20,000 · 210/s · 1 min left"; parts that say nothing are left out. */
export function progressOf({ done, total, perSecond, secondsLeft }: EncoderCoverage): string {
  if (done >= total) return plural(total, "text");
  return [
    `${count(done)} of ${count(total)}`,
    ...(perSecond >= 0.5 ? [`${count(Math.round(perSecond))}/s`] : []),
    ...(secondsLeft === null ? [] : [`${duration(secondsLeft)} left`]),
  ].join(" · ");
}

export const SKIP_WORDS: Readonly<Record<SkipReason, string>> = {
  ignored: "named in .gitignore",
  excluded: "left out by files.exclude or search.exclude",
  secret: "may hold secrets: .env, keys, certificates",
  binary: "not text",
  tooLarge: "too large",
  linkOutside: "links that lead out of the workspace",
  notAFile: "no plain file: pipes, devices",
  unreadable: "cannot be read",
};

export const WAITING_WORDS: Readonly<Record<NonNullable<IndexStatus["waitingFor"]>, string>> = {
  battery: "waiting for mains power",
  otherWindow: "another window is indexing this workspace",
};

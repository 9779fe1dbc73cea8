/** How fast something is done of late. */
export interface Rate {
  add(count: number): void;
  /** Per second; 0 when nothing was done of late. */
  perSecond(): number;
}

/** Long enough to be calm, short enough to follow a change of pace. */
const WINDOW_MS = 15_000;

export function createRate(now: () => number = () => performance.now()): Rate {
  let events: { readonly at: number; readonly count: number }[] = [];
  let since = now();
  const recent = (): void => {
    const from = now() - WINDOW_MS;
    events = events.filter(({ at }) => at >= from);
    // After a pause the clock starts anew: idle time is no measure of speed.
    if (events.length === 0) since = now();
  };
  return {
    add: (count) => {
      recent();
      events.push({ at: now(), count });
    },
    perSecond: () => {
      recent();
      const seconds = Math.min(WINDOW_MS, now() - since) / 1000;
      return seconds <= 0 ? 0 : events.reduce((sum, { count }) => sum + count, 0) / seconds;
    },
  };
}

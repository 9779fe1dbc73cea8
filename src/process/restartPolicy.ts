/** When a process that died may be started again. Immutable: every death gives the next policy. */
export interface RestartPolicy {
  /** Milliseconds to wait before the next start; null = give up. */
  readonly delayMs: number | null;
  died(now: number): RestartPolicy;
}

/** This many deaths within {@link WINDOW_MS} end the attempts. */
export const MAX_DEATHS = 5;
/** Deaths longer ago than this are forgiven. */
export const WINDOW_MS = 3 * 60_000;
/** Waiting time after the first, second, … death of the window. */
const DELAYS_MS = [0, 250, 1000, 4000];

export const freshPolicy = (deaths: readonly number[] = []): RestartPolicy => ({
  delayMs: deaths.length === 0 ? 0 : deaths.length >= MAX_DEATHS ? null : DELAYS_MS[deaths.length - 1]!,
  died: (now) => freshPolicy([...deaths.filter((at) => now - at < WINDOW_MS), now]),
});

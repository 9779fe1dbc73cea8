import type { Progress } from "../protocol/engine.ts";

/** At most ten reports a second of one thing; people read no faster. */
const REPORT_MS = 100;

type Counted = Extract<Progress, { readonly phase: string; readonly done: number }>;

/** Lets through what is told of bytes or texts now and then, and each change of phase and each end at once. */
export function byTheClock(report: (progress: Counted) => void): (progress: Counted) => void {
  const told = new Map<string, { readonly phase: string; readonly at: number }>();
  return (progress) => {
    const about = progress.kind === "encoder" ? progress.id : "";
    const last = told.get(about);
    const at = performance.now();
    if (last?.phase === progress.phase && at - last.at < REPORT_MS && progress.done < progress.total) return;
    told.set(about, { phase: progress.phase, at });
    report(progress);
  };
}

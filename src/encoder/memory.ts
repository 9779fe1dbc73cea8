import fs from "node:fs";
import os from "node:os";

/** Share of the machine's memory that no honest encoder takes for itself; what takes more would have the editor swapped out. */
const MOST_SHARE = 0.75;

/** Bytes that this process may hold: a small model can ask for any amount. */
export function mostMemory(): number {
  // 0, or more than there is, where nothing constrains it.
  const constrained = process.constrainedMemory();
  return Math.min(os.totalmem(), constrained > 0 ? constrained : Infinity) * MOST_SHARE;
}

/** Where memory runs out all the same, Linux shall end this process rather than the editor. Others have no such order. */
export function goFirst(): void {
  if (process.platform !== "linux") return;
  try {
    fs.writeFileSync("/proc/self/oom_score_adj", "1000");
  } catch {
    // Some containers do not let processes rank themselves.
  }
}

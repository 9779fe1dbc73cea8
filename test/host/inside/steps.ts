import { setTimeout as sleep } from "node:timers/promises";

/** Longest a step may take; the machine may be busy with encoders. */
const STEP_MS = 60_000;

/** Waits until something holds, and says so. */
export async function until(condition: () => boolean | Promise<boolean>, what: string): Promise<void> {
  for (const end = Date.now() + STEP_MS; Date.now() < end;) {
    if (await condition()) {
      console.log(what);
      return;
    }
    await sleep(50);
  }
  throw new Error(`not within ${String(STEP_MS / 1000)} s: ${what}`);
}

import type { Disposable } from "../../core/base/disposable.ts";
import type { Pace } from "../../protocol/workspace.ts";
import type { EncoderPool } from "../pool.ts";
import type { PowerSource } from "./power.ts";

/** How fast indexing may go now. */
export interface Throttle extends Disposable {
  readonly set: (pace: Pace) => void;
  /** Why nothing may be done at all, if so. */
  readonly waitingFor: "battery" | undefined;
  /** To be awaited after a unit that took `ms`: on the low share the machine rests as long as it worked. */
  readonly rest: (ms: number) => Promise<void>;
}

export const DEFAULT_PACE: Pace = { cpu: "balanced", onBattery: "low" };

/** A plug is pulled now and then; asking costs a process on some systems. */
const ASK_EVERY_MS = 30_000;

/** Sets how many processes of the pool background work may have. `onChange` is called when battery or setting changed that. */
export function createThrottle(pool: EncoderPool, onBattery: PowerSource, onChange: () => void): Throttle {
  let pace = DEFAULT_PACE;
  let battery = false;

  const share = (): Pace["cpu"] | "none" => {
    if (!battery || pace.onBattery === "same") return pace.cpu;
    return pace.onBattery === "pause" ? "none" : "low";
  };
  const adjust = (): void => {
    const now = share();
    pool.backgroundWorkers = now === "full" ? pool.workers : now === "balanced" ? Math.ceil(pool.workers / 2) : 1;
  };
  const apply = (): void => {
    adjust();
    onChange();
  };
  const ask = async (): Promise<void> => {
    const before = battery;
    battery = await onBattery();
    if (battery !== before) apply();
  };
  const timer = setInterval(() => void ask(), ASK_EVERY_MS);
  timer.unref();
  void ask();
  adjust();

  return {
    set: (next) => {
      pace = next;
      apply();
    },
    get waitingFor() {
      return share() === "none" ? "battery" : undefined;
    },
    rest: (ms) => (share() === "low" ? new Promise((resolve) => setTimeout(resolve, ms)) : Promise.resolve()),
    dispose: () => {
      clearInterval(timer);
    },
  };
}

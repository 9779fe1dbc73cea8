import type { Change } from "./change.ts";
import { createOverlay } from "./overlay.ts";
import type { Storage } from "./storage.ts";

/** Nothing on any disk: for a workspace that has no place there. */
export function memoryStorage(): Storage {
  const overlay = createOverlay();
  let epoch = 0;
  const write = (change: Change): boolean => {
    overlay.add(change);
    return true;
  };
  return {
    overlay,
    role: "writer",
    get state() {
      return { kind: "memory" as const, bytes: overlay.bytes };
    },
    get epoch() {
      return epoch;
    },
    claim: () => true,
    changed: () => false,
    read: (_, otherwise) => otherwise,
    write,
    writeLater: write,
    maintain: () => undefined,
    clear: () => {
      overlay.clear();
      epoch++;
    },
    dispose: () => {
      overlay.clear();
    },
  };
}

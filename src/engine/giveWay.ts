import { setImmediate as nextTurn } from "node:timers/promises";

import type { CancellationToken } from "../core/base/cancellation.ts";
import { cancelled } from "../protocol/errors.ts";

/** Lets messages in between two parts of a long work. Throws `cancelled` when a cancellation was among them. */
export async function giveWay(token: CancellationToken): Promise<void> {
  await nextTurn();
  if (token.isCancellationRequested) throw cancelled();
}

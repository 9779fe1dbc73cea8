/** A process that takes more memory than it was allowed, from inside work that no event can interrupt. */
import { connectToParent } from "../../../src/process/inChild.ts";

connectToParent(undefined, 300_000_000);
const taken: Buffer[] = [];
setTimeout(() => {
  for (;;) if (taken.length < 5) taken.push(Buffer.alloc(100_000_000, 1));
}, 50);

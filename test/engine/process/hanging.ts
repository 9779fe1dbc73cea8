/** An encoder process that never comes back from its first work, as native code may. */
import { connectToParent } from "../../../src/process/inChild.ts";
import { hello, load } from "../../../src/protocol/encoder.ts";
import { PROTOCOL_VERSION } from "../../../src/protocol/engine.ts";

const rpc = connectToParent();
rpc.onRequest(hello, () => ({ protocol: PROTOCOL_VERSION, pid: process.pid, runtime: "none" }));
rpc.onRequest(load, () => {
  for (;;);
});

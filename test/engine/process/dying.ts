/** An encoder process that dies at the first work it gets. */
import { connectToParent } from "../../../src/process/inChild.ts";
import { hello, load } from "../../../src/protocol/encoder.ts";
import { PROTOCOL_VERSION } from "../../../src/protocol/engine.ts";

const rpc = connectToParent();
rpc.onRequest(hello, () => ({ protocol: PROTOCOL_VERSION, pid: process.pid, runtime: "none" }));
rpc.onRequest(load, () => process.exit(3));

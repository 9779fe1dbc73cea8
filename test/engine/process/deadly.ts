/** An encoder process whose models do to it what their folders are called, in native code or out of it. */
import { connectToParent } from "../../../src/process/inChild.ts";
import { encode, hello, load, type ModelKey } from "../../../src/protocol/encoder.ts";
import { PROTOCOL_VERSION } from "../../../src/protocol/engine.ts";

const rpc = connectToParent();
rpc.onRequest(hello, () => ({ protocol: PROTOCOL_VERSION, pid: process.pid, runtime: "none" }));

function undergo({ folder }: ModelKey, when: string): void {
  if (folder.includes(`kills at ${when}`)) process.kill(process.pid, "SIGSEGV");
  if (folder.includes(`hangs at ${when}`)) for (;;);
}

rpc.onRequest(load, ({ model }) => {
  undergo(model, "load");
  return {
    dimensions: 1,
    layers: 0,
    maxTokens: null,
    pooling: "mean" as const,
    normalized: false,
    identity: model.folder,
    ms: 0,
  };
});
rpc.onRequest(encode, ({ model, texts }) => {
  undergo(model, "run");
  const each = new Uint32Array(texts.length);
  return {
    dimensions: 1,
    vectors: new Float32Array(texts.length),
    tokens: each,
    read: new Float32Array(texts.length),
    hasVector: new Uint8Array(texts.length),
    tokenised: 0,
    ms: { run: 0, total: 0 },
  };
});

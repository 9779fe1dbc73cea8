/** The encoder process: opens model files nobody vouches for, in a process that may be killed. */
import { createRequire } from "node:module";

import { connectToParent } from "../process/inChild.ts";
import { encode, hello, load, tokenize, unload, type ModelKey } from "../protocol/encoder.ts";
import { PROTOCOL_VERSION } from "../protocol/engine.ts";
import { cancelled } from "../protocol/errors.ts";
import { openModel, type Model, type Runtime } from "./model.ts";

// onnxruntime-node 1.30 mistakes half-precision inputs where this global exists (microsoft/onnxruntime#32323).
Reflect.deleteProperty(globalThis, "Float16Array");
const require = createRequire(import.meta.url);
const runtime = require("onnxruntime-node") as Runtime & { env: { versions: { common: string } } };
const version = runtime.env.versions.common;

const rpc = connectToParent();
/** Models by folder and precision; one that could not be opened is forgotten, so that a later try may succeed. */
const models = new Map<string, Promise<Model>>();

const keyOf = ({ folder, precision }: ModelKey): string => `${precision} ${folder}`;

function modelOf(key: ModelKey): Promise<Model> {
  const name = keyOf(key);
  let model = models.get(name);
  if (model === undefined) {
    model = openModel(runtime, version, key);
    models.set(name, model);
    model.catch(() => models.delete(name));
  }
  return model;
}

rpc.onRequest(hello, () => ({ protocol: PROTOCOL_VERSION, pid: process.pid, runtime: version }));
rpc.onRequest(load, async (key) => (await modelOf(key)).info);
rpc.onRequest(encode, async ({ model, texts, layer, pooling }, token) => {
  const result = await (await modelOf(model)).encode(texts, layer, pooling, () => token.isCancellationRequested);
  if (token.isCancellationRequested) throw cancelled();
  return result;
});
rpc.onRequest(tokenize, async ({ model, texts }) => (await modelOf(model)).tokenize(texts));
rpc.onRequest(unload, (key) => {
  models.delete(keyOf(key));
  return null;
});

/** The encoder process: opens model files nobody vouches for, in a process that may be killed. */
import { createRequire } from "node:module";

import type { CancellationToken } from "../core/base/cancellation.ts";
import { connectToParent } from "../process/inChild.ts";
import {
  encode,
  encodeAll,
  hello,
  load,
  tokenize,
  unload,
  type EncodeParams,
  type EncodeResult,
  type ModelKey,
} from "../protocol/encoder.ts";
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

async function encodeOne({ model, ...settings }: EncodeParams, token: CancellationToken): Promise<EncodeResult> {
  const result = await (await modelOf(model)).encode(settings, () => token.isCancellationRequested);
  if (token.isCancellationRequested) throw cancelled();
  return result;
}

rpc.onRequest(hello, () => ({ protocol: PROTOCOL_VERSION, pid: process.pid, runtime: version }));
rpc.onRequest(load, async (key) => (await modelOf(key)).info);
rpc.onRequest(encode, encodeOne);
rpc.onRequest(encodeAll, async ({ uses, texts }, token) => {
  const results: EncodeResult[] = [];
  for (const use of uses) results.push(await encodeOne({ ...use, texts }, token));
  return results;
});
rpc.onRequest(tokenize, async ({ model, texts }) => (await modelOf(model)).tokenize(texts));
rpc.onRequest(unload, (key) => {
  models.delete(keyOf(key));
  return null;
});

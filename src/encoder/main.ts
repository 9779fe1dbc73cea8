/** The encoder process: opens model files nobody vouches for, in a process that may be killed. */
import { createRequire } from "node:module";

import type { CancellationToken } from "../core/base/cancellation.ts";
import { connectToParent } from "../process/inChild.ts";
import {
  convert,
  encode,
  encodeAll,
  encodeImages,
  hello,
  load,
  tokenize,
  unload,
  type EncodeAllParams,
  type EncodeResult,
} from "../protocol/encoder.ts";
import { PROTOCOL_VERSION } from "../protocol/engine.ts";
import { cancelled } from "../protocol/errors.ts";
import { convertFolder } from "./convert/convertFolder.ts";
import { openImageModel, type ImageModel } from "./imageModel.ts";
import { goFirst, mostMemory } from "./memory.ts";
import { openModel, type Model } from "./model.ts";
import { openedModels } from "./openedModels.ts";
import type { Runtime } from "./session.ts";

// onnxruntime-node 1.30 mistakes half-precision inputs where this global exists (microsoft/onnxruntime#32323).
Reflect.deleteProperty(globalThis, "Float16Array");
const require = createRequire(import.meta.url);
const runtime = require("onnxruntime-node") as Runtime & { env: { versions: { common: string } } };
const version = runtime.env.versions.common;

goFirst();
const rpc = connectToParent(undefined, mostMemory());
const modelOf = openedModels<Model>((key) => openModel(runtime, version, key));
const imageModelOf = openedModels<ImageModel>((key) => openImageModel(runtime, key));

/** One result per use. Uses that differ only in what they read of a pass share it. */
async function encodeUses({ uses, texts }: EncodeAllParams, token: CancellationToken): Promise<readonly EncodeResult[]> {
  const passes = Map.groupBy(uses, ({ model, prefix, maxTokens }) =>
    JSON.stringify([model.folder, model.precision, prefix, maxTokens]),
  );
  const results = new Map<EncodeAllParams["uses"][number], EncodeResult>();
  for (const heads of passes.values()) {
    const { model, prefix, maxTokens } = heads[0]!;
    const pass = { texts, heads, ...(prefix === undefined ? {} : { prefix }), ...(maxTokens === undefined ? {} : { maxTokens }) };
    const encoded = await (await modelOf(model)).encode(pass, () => token.isCancellationRequested);
    if (token.isCancellationRequested) throw cancelled();
    heads.forEach((use, at) => results.set(use, encoded[at]!));
  }
  return uses.map((use) => results.get(use)!);
}

rpc.onRequest(hello, () => ({ protocol: PROTOCOL_VERSION, pid: process.pid, runtime: version }));
rpc.onRequest(load, async ({ model, head = {} }) => (await modelOf(model)).info(head));
rpc.onRequest(encode, async ({ texts, ...use }, token) => (await encodeUses({ uses: [use], texts }, token))[0]!);
rpc.onRequest(encodeAll, encodeUses);
rpc.onRequest(tokenize, async ({ model, ...params }) => (await modelOf(model)).tokenize(params));
rpc.onRequest(encodeImages, async ({ model, pixels }, token) => {
  const result = await (await imageModelOf(model)).encode(pixels, () => token.isCancellationRequested);
  if (token.isCancellationRequested) throw cancelled();
  return result;
});
rpc.onRequest(convert, (params) => convertFolder(params));
rpc.onRequest(unload, (key) => {
  modelOf.forget(key);
  imageModelOf.forget(key);
  return null;
});

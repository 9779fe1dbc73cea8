/** The peer in a process of its own: @huggingface/transformers as its documentation shows it. Driven by encode.ts. */
import { env, pipeline, type FeatureExtractionPipeline } from "@huggingface/transformers";

import { isMessage, type PeerMessage } from "./peerMessages.ts";

env.allowRemoteModels = false;
let pipe: FeatureExtractionPipeline | undefined;

async function answer(message: PeerMessage): Promise<unknown> {
  if (message.kind === "open") {
    env.localModelPath = message.folder;
    pipe = await pipeline("feature-extraction", message.id, { dtype: message.precision, device: "cpu", local_files_only: true });
    return null;
  }
  if (pipe === undefined) throw new Error("open comes first");
  const started = performance.now();
  const vectors: Float32Array[] = [];
  for (let at = 0; at < message.texts.length; at += message.batch) {
    const texts = message.texts.slice(at, at + message.batch);
    const output = await pipe(texts, { pooling: "mean", normalize: true });
    vectors.push(Float32Array.from(output.data as Float32Array));
  }
  return { ms: performance.now() - started, vectors };
}

process.on("message", (message: unknown) => {
  if (!isMessage(message)) throw new Error("not a message of the benchmark");
  answer(message).then(
    (value) => process.send?.({ value }),
    (error: unknown) => process.send?.({ error: String(error) }),
  );
});

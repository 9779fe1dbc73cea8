import { createHash } from "node:crypto";

import type * as ort from "onnxruntime-node";

import type { CardPooling } from "../core/encoders/card.ts";
import { norm, normalise, pool } from "../core/encoders/pooling.ts";
import type { EncodeParams, EncodeResult, LoadedModel, ModelKey } from "../protocol/encoder.ts";
import { badModel, badRequest } from "../protocol/errors.ts";
import { readModelFolder } from "./modelFolder.ts";
import { createSession, runFor, widthOf, type Runtime } from "./session.ts";
import { sharedTokenizer } from "./tokenizer/sharedTokenizer.ts";

export interface Model {
  readonly info: LoadedModel;
  tokenize(texts: readonly string[]): number[][];
  /** Yields between runs, so that cancelling is noticed. */
  encode(params: Omit<EncodeParams, "model">, stopped: () => boolean): Promise<EncodeResult>;
}

/** What a graph that pools calls its vectors, and what others call their last hidden states. */
const POOLED = "sentence_embedding";
const LAST_STATES = ["last_hidden_state", "token_embeddings"];

/** Tokens of one run: its activations must stay in the core's own cache. */
const TOKENS_PER_RUN = 512;

/** Opens a model folder: checks it, reads the tokenizer, creates a single-thread session. */
export async function openModel(runtime: Runtime, version: string, { folder, precision }: ModelKey): Promise<Model> {
  const started = performance.now();
  const description = readModelFolder(folder, precision);
  const tokenizer = sharedTokenizer(description.tokenizer);
  const session = await createSession(runtime, description.onnx);
  const unknownInputs = session.inputNames.filter((name) => !KNOWN_INPUTS.has(name));
  if (unknownInputs.length > 0) throw badModel(description.onnx, `it wants the inputs ${unknownInputs.join(", ")}`);
  const layers = session.outputNames.filter((name) => name.startsWith("hidden_states.")).length;
  const lastStates = LAST_STATES.find((name) => session.outputNames.includes(name)) ?? LAST_STATES[0]!;
  const pooled = description.pooling === "graph";
  const ownOutput = pooled ? POOLED : lastStates;
  const ownWidth = widthOf(session, ownOutput);
  if (ownWidth === undefined) throw badModel(description.onnx, `it has no ${ownOutput} of known width`);
  const { before, after, padding } = tokenizer;
  const room = description.maxTokens === null ? Infinity : description.maxTokens - before.length - after.length;

  /** Ids with special tokens, cut to the model's limit without losing them, and the share that was read. */
  const idsOf = (text: string): { ids: number[]; read: number } => {
    const all = tokenizer.encode(text);
    const kept = all.length > room ? all.slice(0, room) : all;
    return { ids: [...before, ...kept, ...after], read: all.length === 0 ? 1 : kept.length / all.length };
  };

  const outputOf = (layer: number | undefined, pooling: CardPooling): string => {
    if (layer === undefined || layer === layers) return pooling === "graph" ? POOLED : lastStates;
    if (!Number.isInteger(layer) || layer < 0 || layer > layers)
      throw badRequest(`There is no layer ${layer}; layers go from 0 to ${layers}.`);
    return `hidden_states.${layer}`;
  };
  const dimensionsOf = (output: string): number => {
    const width = widthOf(session, output);
    if (width === undefined) throw badRequest("This encoder gives one vector for a text and no states to be pooled.");
    return width;
  };

  const identity = createHash("sha256").update(`${description.digest} ${precision} ${version}`).digest("hex");

  return {
    info: {
      dimensions: ownWidth,
      layers,
      maxTokens: description.maxTokens,
      pooling: description.pooling,
      normalized: description.normalized,
      identity,
      ms: performance.now() - started,
    },
    tokenize: (texts) => texts.map((text) => idsOf(text).ids),
    encode: async ({ texts, layer, pooling = description.pooling, prefix = "" }, stopped) => {
      const begun = performance.now();
      const before = tokenizer.tokenised();
      const output = outputOf(layer, pooling);
      const dimensions = dimensionsOf(output);
      const inputs = texts.map((text) => idsOf(prefix + text));
      const tokenised = tokenizer.tokenised() - before;
      const vectors = new Float32Array(texts.length * dimensions);
      const hasVector = new Uint8Array(texts.length);
      let run = 0;
      for (const batch of batches(
        inputs.map(({ ids }) => ids.length),
        precision === "int8" || pooling === "graph",
      )) {
        if (stopped()) break;
        const length = inputs[batch[0]!]!.ids.length;
        const feeds = feedsOf(
          runtime,
          session.inputNames,
          batch.map((index) => inputs[index]!.ids),
          length,
          padding,
        );
        const entered = performance.now();
        const states = await runFor(session, description.onnx, feeds, output);
        run += performance.now() - entered;
        batch.forEach((index, row) => {
          const vector = vectors.subarray(index * dimensions, (index + 1) * dimensions);
          if (pooling === "graph") vector.set(states.subarray(row * dimensions, (row + 1) * dimensions));
          else pool(states, row * length * dimensions, inputs[index]!.ids.length, dimensions, pooling, vector);
          const size = norm(vector);
          if (!Number.isFinite(size)) throw badModel(description.onnx, "it gave numbers that are none");
          hasVector[index] = size > 0 ? 1 : 0;
          if (description.normalized) normalise(vector);
        });
      }
      return {
        dimensions,
        vectors,
        tokens: Uint32Array.from(inputs, ({ ids }) => ids.length),
        read: Float32Array.from(inputs, ({ read }) => read),
        hasVector,
        tokenised,
        ms: { run, total: performance.now() - begun },
      };
    },
  };
}

const KNOWN_INPUTS = new Set(["input_ids", "attention_mask", "token_type_ids"]);

/**
 * Indices of the texts that go into one run, longest first. Only texts of equal length share a run: no time goes into
 * padding, and a vector cannot depend on its neighbours. Each text runs alone in int8, since its scale is that of the whole run,
 * and where the graph pools, since one row is multiplied by other means than several. A text without a token runs not at all.
 */
function* batches(lengths: readonly number[], alone: boolean): Generator<number[]> {
  const order = lengths.map((_, index) => index).filter((index) => lengths[index]! > 0);
  order.sort((a, b) => lengths[b]! - lengths[a]! || a - b);
  for (let first = 0; first < order.length;) {
    const length = lengths[order[first]!]!;
    const most = alone ? 1 : Math.max(1, Math.floor(TOKENS_PER_RUN / length));
    let end = first + 1;
    while (end < order.length && end - first < most && lengths[order[end]!] === length) end++;
    yield order.slice(first, end);
    first = end;
  }
}

function feedsOf(
  runtime: Runtime,
  names: readonly string[],
  rows: readonly (readonly number[])[],
  length: number,
  padding: number,
) {
  const size = rows.length * length;
  const fill = (value: (ids: readonly number[], at: number) => number): ort.Tensor => {
    const data = new BigInt64Array(size);
    rows.forEach((ids, row) => {
      for (let at = 0; at < length; at++) data[row * length + at] = BigInt(value(ids, at));
    });
    return new runtime.Tensor("int64", data, [rows.length, length]);
  };
  const all: Readonly<Record<string, () => ort.Tensor>> = {
    input_ids: () => fill((ids, at) => ids[at] ?? padding),
    attention_mask: () => fill((ids, at) => (at < ids.length ? 1 : 0)),
    token_type_ids: () => fill(() => 0),
  };
  return Object.fromEntries(names.map((name) => [name, all[name]!()]));
}

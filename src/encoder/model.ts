import { createHash } from "node:crypto";

import type * as ort from "onnxruntime-node";

import type { EncodeResult, LoadedModel, ModelKey } from "../protocol/encoder.ts";
import { badModel, badRequest } from "../protocol/errors.ts";
import { headOf, type HeadSettings, type HeadSource } from "./heads.ts";
import { readModelFolder } from "./modelFolder.ts";
import { createSession, runFor, widthOf, type Runtime } from "./session.ts";
import { idCheck, tokenLimit } from "./tokenIds.ts";
import { sharedTokenizer } from "./tokenizer/sharedTokenizer.ts";

/** Settings of one pass: what is read of it is up to the heads. */
export interface PassParams {
  readonly texts: readonly string[];
  readonly prefix?: string;
  readonly maxTokens?: number;
  readonly heads: readonly HeadSettings[];
}

export interface Model {
  readonly info: LoadedModel;
  tokenize(params: Pick<PassParams, "texts" | "prefix" | "maxTokens">): number[][];
  /** One result per head, of one pass over the texts. Yields between runs, so that cancelling is noticed. */
  encode(params: PassParams, stopped: () => boolean): Promise<readonly EncodeResult[]>;
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
  const maxTokens = tokenLimit(description);
  const checkIds = idCheck(description, tokenizer);
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

  /** Ids with special tokens, cut to the limit without losing them, and the share that was read. */
  const idsOf = (text: string, wanted = Infinity): { ids: number[]; read: number } => {
    const most = Math.min(maxTokens ?? Infinity, wanted);
    const room = most - before.length - after.length;
    if (room < 1) throw badRequest(`At most ${most} tokens leave no room for a text.`);
    const all = tokenizer.encode(text);
    const kept = all.length > room ? all.slice(0, room) : all;
    checkIds(kept);
    return { ids: [...before, ...kept, ...after], read: all.length === 0 ? 1 : kept.length / all.length };
  };

  const source: HeadSource = {
    onnx: description.onnx,
    layers,
    pooling: description.pooling,
    normalized: description.normalized,
    lastStates,
    pooled: POOLED,
    widthOf: (output) => widthOf(session, output),
  };
  const identity = createHash("sha256").update(`${description.digest} ${precision} ${version}`).digest("hex");

  return {
    info: {
      dimensions: ownWidth,
      layers,
      maxTokens,
      pooling: description.pooling,
      normalized: description.normalized,
      identity,
      ms: performance.now() - started,
    },
    tokenize: ({ texts, prefix = "", maxTokens: wanted }) => texts.map((text) => idsOf(prefix + text, wanted).ids),
    encode: async ({ texts, prefix = "", maxTokens: wanted, heads: settings }, stopped) => {
      const begun = performance.now();
      const heads = settings.map((one) => headOf(source, one));
      const outputs = [...new Set(heads.flatMap((head) => head.outputs))];
      const tokenisedBefore = tokenizer.tokenised();
      const inputs = texts.map((text) => idsOf(prefix + text, wanted));
      const tokenised = tokenizer.tokenised() - tokenisedBefore;
      const results = heads.map(({ dimensions }) => ({
        dimensions,
        vectors: new Float32Array(texts.length * dimensions),
        hasVector: new Uint8Array(texts.length),
      }));
      const alone = precision === "int8" || outputs.includes(POOLED);
      let run = 0;
      for (const batch of batches(inputs, alone)) {
        if (stopped()) break;
        const rows = batch.map((index) => inputs[index]!.ids);
        const { length } = rows[0]!;
        const feeds = feedsOf(runtime, session.inputNames, rows, length, padding);
        const entered = performance.now();
        const states = await runFor(session, description.onnx, feeds, outputs);
        run += performance.now() - entered;
        for (const [at, { outputs: names, dimensions, read }] of heads.entries()) {
          const own = names.map((name) => states[outputs.indexOf(name)]!);
          const { vectors, hasVector } = results[at]!;
          batch.forEach((index, row) => {
            const vector = vectors.subarray(index * dimensions, (index + 1) * dimensions);
            hasVector[index] = read(own, row, length, vector) ? 1 : 0;
          });
        }
      }
      const common = {
        tokens: Uint32Array.from(inputs, ({ ids }) => ids.length),
        read: Float32Array.from(inputs, ({ read }) => read),
      };
      const ms = { run, total: performance.now() - begun };
      // What they share is told once, by the first.
      return results.map((result, at) => ({
        ...result,
        ...common,
        tokenised: at === 0 ? tokenised : 0,
        ms: at === 0 ? ms : { run: 0, total: 0 },
      }));
    },
  };
}

const KNOWN_INPUTS = new Set(["input_ids", "attention_mask", "token_type_ids"]);

/**
 * Indices of the texts that go into one run, longest first. Only texts of equal length share a run: no time goes into
 * padding, and a vector cannot depend on its neighbours. Each text runs alone in int8, since its scale is that of the whole run,
 * and where the graph pools, since one row is multiplied by other means than several. A text without a token runs not at all.
 */
function* batches(inputs: readonly { readonly ids: readonly number[] }[], alone: boolean): Generator<number[]> {
  const lengths = inputs.map(({ ids }) => ids.length);
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

import { createHash } from "node:crypto";

import type * as ort from "onnxruntime-node";

import { poolingsOf } from "../core/encoders/card.ts";
import type { EncodeResult, HeadSettings, LoadedModel, ModelKey } from "../protocol/encoder.ts";
import { badModel, badRequest } from "../protocol/errors.ts";
import { feedsFor } from "./feeds.ts";
import { headOf, widthThrough, type HeadSource } from "./heads.ts";
import { readModelFolder, type ModelFolder } from "./modelFolder.ts";
import { chooseOutputs, type Outputs } from "./outputs.ts";
import { createSession, runFor, widthOf, type Runtime } from "./session.ts";
import { idCheck, tokenLimit, tokensOf } from "./tokenIds.ts";
import { sharedTokenizer } from "./tokenizer/sharedTokenizer.ts";
import { widthBefore } from "./vectorModules.ts";

/** Settings of one pass: what is read of it is up to the heads. */
export interface PassParams {
  readonly texts: readonly string[];
  readonly prefix?: string;
  readonly maxTokens?: number;
  readonly heads: readonly HeadSettings[];
}

export interface Model {
  /** Throws `badRequest` for a head that this encoder cannot have. */
  info(head: HeadSettings): LoadedModel;
  tokenize(params: Pick<PassParams, "texts" | "prefix" | "maxTokens">): number[][];
  /** One result per head, of one pass over the texts. Yields between runs, so that cancelling is noticed. */
  encode(params: PassParams, stopped: () => boolean): Promise<readonly EncodeResult[]>;
}

/** Tokens of one run: its activations must stay in the core's own cache. */
const TOKENS_PER_RUN = 512;

/** Opens a model folder: checks it, reads the tokenizer, creates a single-thread session. */
export async function openModel(runtime: Runtime, version: string, { folder, precision }: ModelKey): Promise<Model> {
  const started = performance.now();
  const description = readModelFolder(folder, precision);
  const tokenizer = sharedTokenizer(description.tokenizer);
  const maxTokens = tokenLimit(description, tokenizer);
  const checkIds = idCheck(description, tokenizer);
  const session = await createSession(runtime, description.onnx);
  const { before, after } = tokenizer;
  const feeds = feedsFor(runtime, session.inputMetadata, description);
  const outputs = chooseOutputs(description, session.outputMetadata);
  // A run over one token, which every table has, tells the widths of outputs whose file does not say.
  const probe = [[0]];
  const source = await headSource(description, session, outputs, (names) =>
    runFor(session, description.onnx, feeds(probe), names),
  );
  const ms = performance.now() - started;

  /** Ids with special tokens, cut to the limit without losing them, and the share that was read. */
  const idsOf = (text: string, wanted = Infinity): { ids: number[]; read: number } => {
    const most = Math.min(maxTokens ?? Infinity, wanted);
    const room = most - before.length - after.length;
    if (room < 1) throw badRequest(`At most ${most} tokens leave no room for a text.`);
    const all = tokensOf(description.tokenizer.file, tokenizer, text);
    const kept = all.length > room ? all.slice(0, room) : all;
    checkIds(kept);
    return { ids: [...before, ...kept, ...after], read: all.length === 0 ? 1 : kept.length / all.length };
  };

  const identity = createHash("sha256").update(`${description.digest} ${precision} ${version}`).digest("hex");

  return {
    info: (head) => ({
      dimensions: headOf(source, head).dimensions,
      layers: source.layers,
      maxTokens,
      pooling: source.pooling,
      normalized: source.normalized,
      identity,
      ms,
    }),
    tokenize: ({ texts, prefix = "", maxTokens: wanted }) => texts.map((text) => idsOf(prefix + text, wanted).ids),
    encode: async ({ texts, prefix = "", maxTokens: wanted, heads: settings }, stopped) => {
      const begun = performance.now();
      const heads = settings.map((one) => headOf(source, one));
      const read = [...new Set(heads.flatMap((head) => head.outputs))];
      const tokenisedBefore = tokenizer.tokenised();
      const inputs = texts.map((text) => idsOf(prefix + text, wanted));
      const tokenised = tokenizer.tokenised() - tokenisedBefore;
      const results = heads.map(({ dimensions }) => ({
        dimensions,
        vectors: new Float32Array(texts.length * dimensions),
        hasVector: new Uint8Array(texts.length),
      }));
      // The prompt's own tokens, with those that stand before it, where they are read and not pooled.
      const skipped =
        description.includePrompt || prefix === ""
          ? 0
          : before.length + tokensOf(description.tokenizer.file, tokenizer, prefix).length;
      const alone = precision === "int8" || (source.pooled !== undefined && read.includes(source.pooled));
      let run = 0;
      for (const batch of batches(inputs, alone)) {
        if (stopped()) break;
        const rows = batch.map((index) => inputs[index]!.ids);
        const { length } = rows[0]!;
        const entered = performance.now();
        const states = length === 0 ? [] : await runFor(session, description.onnx, feeds(rows), read);
        run += performance.now() - entered;
        for (const [at, { outputs: names, dimensions, read: readHead }] of heads.entries()) {
          const own = length === 0 ? [] : names.map((name) => states[read.indexOf(name)]!);
          const { vectors, hasVector } = results[at]!;
          batch.forEach((index, row) => {
            const vector = vectors.subarray(index * dimensions, (index + 1) * dimensions);
            hasVector[index] = readHead(own, row, length, skipped, vector) ? 1 : 0;
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

const isLayer = (output: string): boolean => output.startsWith("hidden_states.");

/** What a pass gives and what is made of it. Throws `badModel` where the folder's modules do not fit the graph. */
async function headSource(
  { onnx, pooledWidth, truncation }: ModelFolder,
  session: ort.InferenceSession,
  { states, pooled, pooling, after }: Outputs,
  probe: (outputs: readonly string[]) => Promise<readonly Float32Array[]>,
): Promise<HeadSource> {
  const layers = session.outputNames.filter(isLayer).length;
  const names = session.outputNames.filter((name) => name === states || name === pooled || isLayer(name));
  const widths = new Map(names.map((name) => [name, widthOf(session, name)]));
  const untold = names.filter((name) => widths.get(name) === undefined);
  const numbers = untold.length === 0 ? [] : await probe(untold);
  untold.forEach((name, at) => widths.set(name, numbers[at]!.length));
  const own = pooling === "graph" ? pooled! : states!;
  const width = widths.get(own)!;
  if (pooling !== "graph" && pooledWidth !== undefined && pooledWidth !== width)
    throw badModel(onnx, `its states have ${width} numbers, but its pooling is for ${pooledWidth}`);
  const full = widthThrough(after, width * (pooling === "graph" ? 1 : poolingsOf(pooling).length));
  if (typeof full === "object")
    throw badModel(onnx, `its vectors have ${full.given} numbers, but ${full.module.place} takes ${widthBefore(full.module)}`);
  const isCut = truncation !== undefined && truncation < full;
  // Scaling at the very end may be switched off; what is cut afterwards is no longer of unit length.
  const normalized = !isCut && after.at(-1)?.kind === "normalize";
  return {
    onnx,
    layers,
    pooling,
    after: normalized ? after.slice(0, -1) : after,
    normalized,
    truncation: isCut ? truncation : undefined,
    lastStates: states,
    pooled,
    widthOf: (output) => widths.get(output),
  };
}

/**
 * Indices of the texts that go into one run, longest first. Only texts of equal length share a run: no time goes into
 * padding, and a vector cannot depend on its neighbours. Each text runs alone in int8, since its scale is that of the whole run,
 * and where the graph pools, since one row is multiplied by other means than several.
 */
function* batches(inputs: readonly { readonly ids: readonly number[] }[], alone: boolean): Generator<number[]> {
  const lengths = inputs.map(({ ids }) => ids.length);
  const order = lengths.map((_, index) => index);
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

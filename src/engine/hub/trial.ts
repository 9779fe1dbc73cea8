import { neverCancelled } from "../../core/base/cancellation.ts";
import { convert, type ConvertParams, type ConvertResult, type LoadedModel, type ModelKey } from "../../protocol/encoder.ts";
import { cancelled, EmbedError } from "../../protocol/errors.ts";
import { noEncoder } from "../../protocol/hubErrors.ts";
import { inOwnProcess } from "../inOwnProcess.ts";
import { createPool, type PoolOptions } from "../pool.ts";

/** Plain words, some of which every text encoder knows. */
const PROBE = "The cat sat on the mat and slept.";

/** The encoder process's program, and the time that one unit of its work is given. */
export type TrialProgram = Pick<PoolOptions, "program" | "deadlineMs">;

/**
 * Opens a model in a process of its own and lets it read a text, so that one which kills or hangs its process harms
 * nothing that runs. Throws what the model folder's reader throws, or `noEncoder` when there is no use in what it gives.
 */
export async function tryModel(encoder: TrialProgram, key: ModelKey, place: string, signal: AbortSignal): Promise<LoadedModel> {
  const pool = createPool({ ...encoder, workers: 1, onLog: () => undefined, onGaveUp: () => undefined });
  const stop = (): void => {
    pool.dispose();
  };
  signal.addEventListener("abort", stop, { once: true });
  try {
    const loaded = await pool.load(key);
    const { vectors, dimensions, hasVector } = await pool.encode({ model: key, texts: [PROBE] }, "interactive", neverCancelled);
    if (dimensions !== loaded.dimensions || hasVector[0] !== 1 || !vectors.every(Number.isFinite))
      throw noEncoder(place, "it makes no vector of plain words", OTHER);
    return loaded;
  } catch (error) {
    if (signal.aborted) throw cancelled();
    if (!(error instanceof EmbedError)) throw error;
    const { code, message } = error.data;
    if (code === "missingWeights") throw noEncoder(place, "weights of this kind are not read here", OTHER);
    if (code === "processEnded" || code === "deadlineExceeded")
      throw noEncoder(place, `trying it ended badly: ${message}`, OTHER);
    throw error;
  } finally {
    signal.removeEventListener("abort", stop);
    pool.dispose();
  }
}

/** Reading and writing some gigabytes on a slow disk takes no longer. */
const CONVERT_MS = 600_000;

/**
 * Builds ONNX from the safetensors in a folder, in a process of its own: large or wrong files harm nothing that runs. Throws
 * what the converter throws, or `noEncoder` when the process dies or does not end.
 */
export const convertModel = (
  { program }: TrialProgram,
  params: ConvertParams,
  place: string,
  signal: AbortSignal,
): Promise<ConvertResult> =>
  inOwnProcess(convert, params, {
    name: "encoder",
    program,
    limitMs: CONVERT_MS,
    onDeath: (how) => noEncoder(place, `building ONNX from its weights ended badly (${how})`, OTHER),
    signal,
  });

const OTHER = "Choose another model file with --file, or another export of this model.";

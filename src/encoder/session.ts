import type * as ort from "onnxruntime-node";

import { badModel } from "../protocol/errors.ts";
import { singlesOfHalves } from "./formats/halves.ts";

/** The runtime as a value, because it must not be loaded before its surroundings are set right: see main.ts. */
export type Runtime = Pick<typeof ort, "InferenceSession" | "Tensor">;

/** Opens a file that was scanned, with one thread: there is a process for every core. Throws `badModel`. */
export async function createSession(runtime: Runtime, onnx: string): Promise<ort.InferenceSession> {
  try {
    return await runtime.InferenceSession.create(onnx, {
      intraOpNumThreads: 1,
      interOpNumThreads: 1,
      executionMode: "sequential",
      graphOptimizationLevel: "all",
      logSeverityLevel: 3,
      extra: {
        session: { intra_op: { allow_spinning: "0" } },
        // The fused operator is slower than the two it replaces: a fifth of int8's time (measured on AMD and Intel).
        optimization: { disable_specified_optimizers: "SkipLayerNormFusion" },
      },
    });
  } catch (error) {
    throw badModel(onnx, error instanceof Error ? error.message.slice(0, 300) : String(error));
  }
}

/** Outputs of a run, in the order of their names. A file may be sound enough to be opened and still fail here: throws `badModel`. */
export async function runFor(
  session: ort.InferenceSession,
  onnx: string,
  feeds: ort.InferenceSession.FeedsType,
  outputs: readonly string[],
): Promise<readonly Float32Array[]> {
  let given: ort.InferenceSession.OnnxValueMapType;
  try {
    given = await session.run(feeds, [...outputs]);
  } catch (error) {
    throw badModel(onnx, error instanceof Error ? error.message.slice(0, 300) : String(error));
  }
  return outputs.map((name) => {
    const tensor = given[name];
    const data: unknown = tensor?.data;
    if (data instanceof Float32Array) return data;
    if (tensor?.type === "float16" && data instanceof Uint16Array) return singlesOfHalves(data);
    throw badModel(onnx, `its ${name} is in neither single nor half precision`);
  });
}

/** The size along the last axis of an output; undefined if the file does not say. */
export function widthOf({ outputMetadata }: ort.InferenceSession, name: string): number | undefined {
  const shape = outputMetadata.find((output) => output.name === name);
  const width = shape?.isTensor === true ? shape.shape.at(-1) : undefined;
  return typeof width === "number" ? width : undefined;
}

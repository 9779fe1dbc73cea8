import type * as ort from "onnxruntime-node";

import { badModel } from "../protocol/errors.ts";
import type { Runtime } from "./session.ts";

export interface FeedSettings {
  readonly onnx: string;
  /** The position of a text's first token. */
  readonly firstPosition: number;
}

/** Token ids of texts that are all of one length as the inputs that a graph asks for. */
export type MakeFeeds = (rows: readonly (readonly number[])[]) => ort.InferenceSession.FeedsType;

/** Throws `badModel` for a graph that asks for something that is not known here. */
export function feedsFor(runtime: Runtime, metadata: ort.InferenceSession["inputMetadata"], settings: FeedSettings): MakeFeeds {
  const { onnx, firstPosition } = settings;
  const unknown = metadata.filter(({ name }) => !Object.hasOwn(VALUES, name)).map(({ name }) => name);
  if (unknown.length > 0) throw badModel(onnx, `it wants the inputs ${unknown.join(", ")}`);
  const inputs = metadata.map((input) => {
    if (!input.isTensor || !(input.type === "int64" || input.type === "int32"))
      throw badModel(onnx, `its input ${input.name} is not of whole numbers`);
    if (input.shape.length !== 2) throw badModel(onnx, `its input ${input.name} is not [batch, sequence]`);
    return { name: input.name, type: input.type, value: VALUES[input.name]! };
  });
  return (rows) => {
    const { length } = rows[0]!;
    const numbers = (value: Value): number[] => rows.flatMap((ids) => ids.map((id, at) => value(id, at, firstPosition)));
    return Object.fromEntries(
      inputs.map(({ name, type, value }) => {
        const data = type === "int64" ? BigInt64Array.from(numbers(value), BigInt) : Int32Array.from(numbers(value));
        return [name, new runtime.Tensor(type, data, [rows.length, length])];
      }),
    );
  };
}

type Value = (id: number, at: number, firstPosition: number) => number;

/** Every token of a run is a real one, since only texts of one length share it. */
const VALUES: Readonly<Record<string, Value>> = {
  input_ids: (id) => id,
  attention_mask: () => 1,
  token_type_ids: () => 0,
  position_ids: (_, at, firstPosition) => firstPosition + at,
};

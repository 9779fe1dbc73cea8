import * as v from "valibot";

import type { Precision } from "../../core/encoders/card.ts";
import { reasonOf } from "../modelFile.ts";
import type { OnnxModel } from "../onnx/graph.ts";
import type { NamedTensors } from "../onnx/namedWeights.ts";
import type { BlockNames } from "../onnx/transformerBlocks.ts";

/** A network that can be built from a publisher's weights. */
export interface Architecture {
  /** For people. */
  readonly title: string;
  /** A tensor that every one of its files has: what stands before its name stands before all names. */
  readonly anchor: string;
  /** How the names of the encoder's own tensors begin; heads and pooling layers are called otherwise and are passed over. */
  readonly own: RegExp;
  /** What config.json asks for. Throws with the reason if it is something that is not built here. */
  readonly plan: (config: unknown) => Plan;
}

/** A network of known size. */
export interface Plan {
  /** The tensors it is made of, with their shapes. */
  readonly shapes: Shapes;
  readonly graph: (tensors: NamedTensors, precision: Precision, note: string) => OnnxModel;
}

export type Shapes = ReadonlyMap<string, readonly number[]>;
export type NamedShape = [name: string, shape: readonly number[]];

/** No encoder is larger in anything; it also bounds what the graph is asked to hold. */
const MOST = 1 << 20;
/** No encoder is deeper. */
const MOST_LAYERS = 1000;

export const COUNT = v.pipe(v.number(), v.integer(), v.minValue(1), v.maxValue(MOST));
export const LAYERS = v.pipe(COUNT, v.maxValue(MOST_LAYERS));
export const EPSILON = v.pipe(v.number(), v.minValue(0), v.maxValue(1));
/** A setting that must have the one value that is built here, if it is there at all. */
export const only = <const T extends string | number | boolean>(value: T) => v.nullish(v.literal(value));
/** A setting that must be left out or null. */
export const ABSENT = v.nullish(v.null());

/** Settings of whatever library wrote the file that change what the network does, and that are not built. */
export const PLAIN = v.looseObject({
  is_decoder: only(false),
  add_cross_attention: only(false),
  quantization_config: ABSENT,
});

/** What config.json says, or throws with the entry that is wrong. */
export function parsed<T extends v.GenericSchema>(schema: T, config: unknown): v.InferOutput<T> {
  checked(PLAIN, config);
  return checked(schema, config);
}

function checked<T extends v.GenericSchema>(schema: T, config: unknown): v.InferOutput<T> {
  const result = v.safeParse(schema, config);
  if (!result.success) throw new Error(reasonOf(result.issues[0]));
  return result.output;
}

/** Throws where the width does not divide into heads. */
export function checkHeads(hidden: number, heads: number): void {
  if (hidden % heads !== 0) throw new Error(`${String(hidden)} numbers do not divide into ${String(heads)} heads`);
}

/** A linear map from `from` numbers to `to`, with a bias. */
export const linear = (name: string, from: number, to: number): NamedShape[] => [
  [`${name}.weight`, [to, from]],
  [`${name}.bias`, [to]],
];
export const norm = (name: string, size: number): NamedShape[] => [
  [`${name}.weight`, [size]],
  [`${name}.bias`, [size]],
];

/** The tensors of blocks as BERT has them. */
export function blockShapes(names: BlockNames, layers: number, hidden: number, inner: number): NamedShape[] {
  return Array.from({ length: layers }, (_, layer) => `${names.blocks}.${String(layer)}.`).flatMap((prefix) => [
    ...[names.query, names.key, names.value, names.attended].flatMap((part) => linear(prefix + part, hidden, hidden)),
    ...norm(prefix + names.attendedNorm, hidden),
    ...linear(prefix + names.up, hidden, inner),
    ...linear(prefix + names.down, inner, hidden),
    ...norm(prefix + names.norm, hidden),
  ]);
}

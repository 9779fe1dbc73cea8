import type { CardPooling } from "../core/encoders/card.ts";
import { norm, normalise, pool } from "../core/encoders/pooling.ts";
import { settingsLabel } from "../core/encoders/variant.ts";
import type { EncodeParams } from "../protocol/encoder.ts";
import { badModel, badRequest } from "../protocol/errors.ts";

/** What is read of one pass: which states, how they become a vector. */
export type HeadSettings = Pick<EncodeParams, "layer" | "pooling" | "normalize" | "dimensions">;

/** What a graph gives, and what its publisher makes of it. */
export interface HeadSource {
  readonly onnx: string;
  readonly layers: number;
  readonly pooling: CardPooling;
  readonly normalized: boolean;
  /** Name of the last hidden states, and of the vector of a graph that pools. */
  readonly lastStates: string;
  readonly pooled: string;
  /** Numbers per state; undefined where the file does not say. */
  readonly widthOf: (output: string) => number | undefined;
}

/** One vector per text from the outputs of a pass. */
export interface Head {
  /** The outputs it reads. */
  readonly outputs: readonly string[];
  /** Length of its vectors. */
  readonly dimensions: number;
  /**
   * @param states of each of `outputs`, row-major [rows, tokens, width], or [rows, width] where the graph pools
   * @param out `dimensions` numbers
   * @returns whether the text has a direction. Throws `badModel` for numbers that are none.
   */
  readonly read: (states: readonly Float32Array[], row: number, tokens: number, out: Float32Array) => boolean;
}

/** Throws `badRequest` for settings that this encoder cannot have. */
export function headOf(source: HeadSource, settings: HeadSettings): Head {
  const { onnx, layers } = source;
  const { layer = layers, pooling = source.pooling, normalize = source.normalized } = settings;
  if (!Number.isInteger(layer) || layer < 0 || layer > layers)
    throw badRequest(`There is no layer ${layer}; layers go from 0 to ${layers}.`);
  const stateOf = (at: number): string => (at === layers ? source.lastStates : `hidden_states.${at}`);
  if (pooling === "firstlast" && layers === 0)
    throw badRequest("First-last pooling needs an encoder with layers; this one has none.");
  const outputs =
    pooling === "graph"
      ? [settings.layer === undefined || layer === layers ? source.pooled : stateOf(layer)]
      : pooling === "firstlast"
        ? [stateOf(1), stateOf(layer)]
        : [stateOf(layer)];
  if (pooling === "graph" && outputs[0] !== source.pooled)
    throw badRequest("This encoder pools in its own graph: name a pooling together with a layer.");
  const widths = outputs.map(source.widthOf);
  const width = widths[0];
  if (width === undefined) throw badRequest("This encoder gives one vector for a text and no states to be pooled.");
  if (widths.some((other) => other !== width)) throw badRequest("The states of these layers are not of one width.");
  const dimensions = settings.dimensions ?? width;
  if (!Number.isInteger(dimensions) || dimensions < 1 || dimensions > width)
    throw badRequest(`There are no ${dimensions} dimensions; its vectors have ${width} (${settingsLabel(settings)}).`);

  const whole = new Float32Array(width);
  const other = new Float32Array(pooling === "firstlast" ? width : 0);
  return {
    outputs,
    dimensions,
    read: (states, row, tokens, out) => {
      if (pooling === "graph") whole.set(states[0]!.subarray(row * width, (row + 1) * width));
      else {
        const plain = pooling === "firstlast" ? "mean" : pooling;
        pool(states[0]!, row * tokens * width, tokens, width, plain, whole);
        if (pooling === "firstlast") {
          pool(states[1]!, row * tokens * width, tokens, width, plain, other);
          for (let d = 0; d < width; d++) whole[d] = (whole[d]! + other[d]!) / 2;
        }
      }
      out.set(whole.subarray(0, dimensions));
      const size = norm(out);
      if (!Number.isFinite(size)) throw badModel(onnx, "it gave numbers that are none");
      if (normalize) normalise(out);
      return size > 0;
    },
  };
}

import { poolingsOf, type CardPooling, type Pooling } from "../core/encoders/card.ts";
import { norm, normalise, pool } from "../core/encoders/pooling.ts";
import { settingsLabel } from "../core/encoders/variant.ts";
import type { HeadSettings } from "../protocol/encoder.ts";
import { badModel, badRequest } from "../protocol/errors.ts";
import { applyModule, widthAfter, widthBefore, type VectorModule } from "./vectorModules.ts";

/** What a graph gives, and what its publisher makes of it. */
export interface HeadSource {
  readonly onnx: string;
  readonly layers: number;
  readonly pooling: CardPooling;
  /** What is done with a pooled vector before it is cut and scaled. */
  readonly after: readonly VectorModule[];
  readonly normalized: boolean;
  /** Numbers that are kept of a vector; undefined for all. */
  readonly truncation: number | undefined;
  /** Name of the last hidden states, and of the vector of a graph that pools. */
  readonly lastStates: string | undefined;
  readonly pooled: string | undefined;
  /** Numbers per state; undefined where there is no such output. */
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
   * @param tokens of each row; without any the pooled vector is zero, of which a dense layer may still make something
   * @param skipped tokens at the beginning of each row that are not pooled
   * @param out `dimensions` numbers
   * @returns whether the text has a direction. Throws `badModel` for numbers that are none.
   */
  readonly read: (states: readonly Float32Array[], row: number, tokens: number, skipped: number, out: Float32Array) => boolean;
}

/** Throws `badRequest` for settings that this encoder cannot have. */
export function headOf(source: HeadSource, settings: HeadSettings): Head {
  const { normalize = source.normalized } = settings;
  const states = statesOf(source, settings);
  const { outputs, width, parts } = states;
  const pooled = width * parts.length;
  const full = widthThrough(source.after, pooled);
  if (typeof full === "object")
    throw badRequest(
      `After this layer and pooling a vector has ${full.given} numbers, but ${full.module.place} takes ${widthBefore(full.module)}.`,
    );
  const most = Math.min(full, source.truncation ?? Infinity);
  const dimensions = settings.dimensions ?? most;
  if (!Number.isInteger(dimensions) || dimensions < 1 || dimensions > most)
    throw badRequest(`There are no ${dimensions} dimensions; its vectors have ${most} (${settingsLabel(settings)}).`);

  const whole = new Float32Array(pooled);
  const other = new Float32Array(parts.includes("firstlast") ? width : 0);
  return {
    outputs,
    dimensions,
    read: (given, row, tokens, skipped, out) => {
      for (const [at, part] of parts.entries()) {
        const target = whole.subarray(at * width, (at + 1) * width);
        if (tokens === 0) target.fill(0);
        else if (part === "graph") target.set(given[0]!.subarray(row * width, (row + 1) * width));
        else {
          const poolInto = (which: number, vector: Float32Array): void => {
            const plain = part === "firstlast" ? "mean" : part;
            pool(given[which]!, row * tokens * width, tokens, width, plain, vector, skipped);
          };
          poolInto(outputs.length - 1, target);
          if (part === "firstlast") {
            poolInto(0, other);
            for (let d = 0; d < width; d++) target[d] = (target[d]! + other[d]!) / 2;
          }
        }
      }
      const vector = source.after.reduce<Float32Array>((before, module) => applyModule(module, before), whole);
      out.set(vector.subarray(0, dimensions));
      const size = normalize ? normalise(out) : norm(out);
      if (!Number.isFinite(size)) throw badModel(source.onnx, "it gave numbers that are none");
      return size > 0;
    },
  };
}

/** Length of a vector of `width` after modules, or the one that takes no vector of the length that it is given. */
export function widthThrough(
  modules: readonly VectorModule[],
  width: number,
): number | { readonly module: VectorModule; readonly given: number } {
  let given = width;
  for (const module of modules) {
    const next = widthAfter(module, given);
    if (next === undefined) return { module, given };
    given = next;
  }
  return given;
}

/** Which outputs are read, how wide each is, and what is pooled of them: parts of the vector, laid end to end. */
function statesOf(
  source: HeadSource,
  settings: HeadSettings,
): { readonly outputs: readonly string[]; readonly width: number; readonly parts: readonly (Pooling | "graph")[] } {
  const { layers, lastStates, pooled } = source;
  const { layer = layers, pooling = source.pooling } = settings;
  if (!Number.isInteger(layer) || layer < 0 || layer > layers)
    throw badRequest(`There is no layer ${layer}; layers go from 0 to ${layers}.`);
  if (pooling === "graph") {
    if (layer !== layers || pooled === undefined)
      throw badRequest("This encoder pools in its own graph: name a pooling together with a layer.");
    return { outputs: [pooled], width: source.widthOf(pooled)!, parts: ["graph"] };
  }
  const parts = poolingsOf(pooling);
  if (parts.includes("firstlast") && layers === 0)
    throw badRequest("First-last pooling needs an encoder with layers; this one has none.");
  const stateOf = (at: number): string | undefined => (at === layers ? lastStates : `hidden_states.${at}`);
  const outputs = [...(parts.includes("firstlast") ? [stateOf(1)] : []), stateOf(layer)].filter((name) => name !== undefined);
  const widths = outputs.map(source.widthOf);
  const width = widths[0];
  if (width === undefined) throw badRequest("This encoder gives one vector for a text and no states to be pooled.");
  if (widths.some((one) => one !== width)) throw badRequest("The states of these layers are not of one width.");
  return { outputs, width, parts };
}

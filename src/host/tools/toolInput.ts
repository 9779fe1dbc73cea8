import * as v from "valibot";

const TEXT = v.pipe(v.string(), v.minLength(1), v.maxLength(20_000));
const IDS = v.exactOptional(v.pipe(v.array(v.string()), v.minLength(1)));

const NEIGHBOURS = v.union([
  v.object({ text: TEXT, k: v.exactOptional(count(1, 50)), encoders: IDS }),
  v.object({ path: v.string(), line: count(1, 10_000_000), k: v.exactOptional(count(1, 50)), encoders: IDS }),
]);
export type NeighboursInput = v.InferOutput<typeof NEIGHBOURS>;

/** Comparing is for looking: an agent that wants more asks for neighbours. */
const MAX_COMPARED = 50;
const COMPARE = v.union([
  v.object({ texts: v.pipe(v.array(TEXT), v.minLength(2), v.maxLength(MAX_COMPARED)), encoders: IDS }),
  v.object({ paths: v.pipe(v.array(v.string()), v.minLength(1), v.maxLength(MAX_COMPARED)), encoders: IDS }),
]);
export type CompareInput = v.InferOutput<typeof COMPARE>;

/** What a model asked for; throws with words that tell a model what is wrong. */
export const parseNeighboursInput = (input: unknown): NeighboursInput =>
  parsed(NEIGHBOURS, input, "either `text`, or `path` and `line` (from 1); optional `k` (1 to 50) and `encoders` (ids)");

export const parseCompareInput = (input: unknown): CompareInput =>
  parsed(COMPARE, input, "either `texts` (2 to 50), or `paths` (1 to 50 files of the workspace); optional `encoders` (ids)");

function parsed<Output>(schema: v.GenericSchema<unknown, Output>, input: unknown, wanted: string): Output {
  const result = v.safeParse(schema, input);
  if (!result.success) throw new Error(`The input must hold ${wanted}.`);
  return result.output;
}

function count(min: number, max: number) {
  return v.pipe(v.number(), v.integer(), v.minValue(min), v.maxValue(max));
}

/** A part of a tokenizer.json: its `type` says what else it holds. */
export type Step = Readonly<Record<string, unknown>> & { readonly type: string };

/** The parts of a sequence. Throws where it is none. */
export function steps(value: unknown): readonly Step[] {
  if (!Array.isArray(value) || !value.every(isStep)) throw new Error("a sequence of it is no list of steps");
  return value;
}

const isStep = (value: unknown): value is Step =>
  typeof value === "object" && value !== null && "type" in value && typeof value.type === "string";

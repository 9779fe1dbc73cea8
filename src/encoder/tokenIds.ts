import { badModel } from "../protocol/errors.ts";
import { idBeyondTable, idsBeyondTable, notTokenised } from "../protocol/fileErrors.ts";
import type { ModelFolder } from "./modelFolder.ts";
import type { Tokenizer } from "./tokenizer/tokenizer.ts";

/**
 * Makes what lets ids pass that the model has a vector for, and throws `badText` for others: they never reach the runtime.
 * A tokenizer whose vocabulary, or whose tokens around every text, go beyond the table is refused here and now; added tokens
 * that do so are common leftovers of training, and matter only where a text uses one. Throws `badModel`, `badTokenizer`.
 */
export function idCheck(
  { onnx, tokenizer: { file }, tables }: Pick<ModelFolder, "onnx" | "tokenizer" | "tables">,
  { before, after, largestId }: Tokenizer,
): (ids: readonly number[]) => void {
  const rows = tables.words;
  if (rows === undefined) throw badModel(onnx, "no table is seen that it looks up its input_ids in");
  const largest = Math.max(largestId, ...before, ...after);
  if (largest >= rows) throw idsBeyondTable(file, largest, onnx, rows);
  return (ids) => {
    for (const id of ids) if (!(id >= 0 && id < rows)) throw idBeyondTable(file, id, onnx, rows);
  };
}

/** Ids of a text. Throws `badText` where the tokenizer fails on it: steps of a hostile one may lengthen a text without end. */
export function tokensOf(file: string, tokenizer: Tokenizer, text: string): readonly number[] {
  try {
    return tokenizer.encode(text);
  } catch (error) {
    throw notTokenised(file, error instanceof Error ? error.message.slice(0, 200) : String(error));
  }
}

/**
 * Most tokens of one text: what the publisher says, and never more than the model has positions for; null without a limit.
 * Throws `badModel` where the tokens around every text leave no room for it.
 */
export function tokenLimit(
  { onnx, maxTokens, tables }: Pick<ModelFolder, "onnx" | "maxTokens" | "tables">,
  { before, after }: Pick<Tokenizer, "before" | "after">,
): number | null {
  const limit = Math.min(maxTokens ?? Infinity, tables.positions ?? Infinity);
  if (limit <= before.length + after.length)
    throw badModel(onnx, `it reads ${limit} tokens at most, which leaves no room for a text`);
  return Number.isFinite(limit) ? limit : null;
}

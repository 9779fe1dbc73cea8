import { badModel } from "../protocol/errors.ts";
import { idBeyondTable, idsBeyondTable } from "../protocol/fileErrors.ts";
import type { ModelFolder } from "./modelFolder.ts";
import type { Tokenizer } from "./tokenizer/tokenizer.ts";

/**
 * Makes what lets ids pass that the model has a vector for, and throws `badTokenizer` for others: they never reach the runtime.
 * A tokenizer whose vocabulary, or whose tokens around every text, go beyond the table is refused here and now; added tokens
 * that do so are common leftovers of training, and matter only where a text uses one.
 */
export function idCheck(
  { onnx, tokenizer: file, tables }: Pick<ModelFolder, "onnx" | "tokenizer" | "tables">,
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

/** Most tokens of one text: what the publisher says, and never more than the model has positions for. null without a limit. */
export function tokenLimit({ maxTokens, tables }: Pick<ModelFolder, "maxTokens" | "tables">): number | null {
  const limit = Math.min(maxTokens ?? Infinity, tables.positions ?? Infinity);
  return Number.isFinite(limit) ? limit : null;
}

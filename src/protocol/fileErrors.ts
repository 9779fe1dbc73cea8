/** What may be wrong with a file of an encoder, whatever it was meant to hold. */
import { failure, type EmbedError, type ErrorCode } from "./errors.ts";

type FileCode = Extract<ErrorCode, "badModel" | "badTokenizer">;

export const lfsPointer = (code: FileCode, file: string): EmbedError =>
  failure(
    code,
    `${file} was refused: it is a Git LFS pointer, which only says where the file can be had.`,
    "Run `git lfs pull` in the repository it comes from, then try again.",
  );

export const webPage = (code: FileCode, file: string): EmbedError =>
  failure(
    code,
    `${file} was refused: it is a web page, saved in place of the file.`,
    "Download the file itself again; this network or site may want a login first.",
  );

export const idsBeyondTable = (tokenizer: string, largest: number, model: string, rows: number): EmbedError =>
  failure(
    "badTokenizer",
    `${tokenizer} was refused: it has ids up to ${String(largest)}; the word table of ${model} has ${String(rows)} rows.`,
    "Use tokenizer and model of one publisher and one version.",
  );

export const idBeyondTable = (tokenizer: string, id: number, model: string, rows: number): EmbedError =>
  failure(
    "badTokenizer",
    `A text has a token that its encoder has no vector for: ${tokenizer} gives it the id ${String(id)}; the word table of ${model} has ${String(rows)} rows.`,
    "Leave out the text with this special token, or use tokenizer and model of one version.",
  );

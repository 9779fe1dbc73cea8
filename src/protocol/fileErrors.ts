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

export const noKnownOutput = (model: string, outputs: readonly string[]): EmbedError =>
  failure(
    "badModel",
    `${model} was refused: none of its outputs is known to hold the states of tokens or a vector (${outputs.join("; ")}).`,
    "Export it with an output last_hidden_state [batch, sequence, width], or sentence_embedding [batch, width].",
  );

export const idsBeyondTable = (tokenizer: string, largest: number, model: string, rows: number): EmbedError =>
  failure(
    "badTokenizer",
    `${tokenizer} was refused: it has ids up to ${String(largest)}; the word table of ${model} has ${String(rows)} rows.`,
    "Use tokenizer and model of one publisher and one version.",
  );

export const idBeyondTable = (tokenizer: string, id: number, model: string, rows: number): EmbedError =>
  failure(
    "badText",
    `A text has a token without a vector: ${tokenizer} gives it the id ${String(id)}; the word table of ${model} has ${String(rows)} rows.`,
    "Leave out the text with this special token, or use tokenizer and model of one version.",
  );

export const notTokenised = (tokenizer: string, reason: string): EmbedError =>
  failure(
    "badText",
    `A text could not be cut into tokens by ${tokenizer}: ${reason}.`,
    "Leave out the text, or use the tokenizer.json of the model's publisher.",
  );

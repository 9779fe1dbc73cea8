/** What the extension host and the command line ask of the engine about cards. */
import type { Fact } from "../core/encoders/card.ts";
import type { CardField } from "../core/encoders/editedCard.ts";
import { request } from "./contract.ts";
import type { EncoderInfo } from "./engine.ts";
import { failure, type EmbedError } from "./errors.ts";

/** A file of an encoder's folder. */
export interface EncoderFile {
  /** In that folder, with forward slashes. */
  readonly path: string;
  readonly bytes: number;
}

/** All that is known of an encoder: for the page of its card. */
export interface EncoderDetails {
  readonly encoder: EncoderInfo;
  /** What the publisher says where the user put something else. */
  readonly published: Readonly<Partial<Record<CardField, Fact>>>;
  /** Largest first. */
  readonly files: readonly EncoderFile[];
  /** Absolute. */
  readonly folder: string;
  /** Whether there is a place for the user's facts. */
  readonly editable: boolean;
}
/** `id` of an encoder, not of a variant. */
export const describeEncoder = request<{ readonly id: string }, EncoderDetails>("describeEncoder");

export interface EditCardParams {
  /** Of an encoder, not of a variant: that has its base's card. */
  readonly id: string;
  /** New words of fields; null gives a field back to the publisher. */
  readonly changes: Readonly<Partial<Record<CardField, string | null>>>;
}
/**
 * Puts the user's words over the publisher's facts, or takes them away again. They are kept apart from the encoder, so that
 * fetching or building it anew leaves them. `encoderChanged` is sent, also to whoever asked.
 */
export const editCard = request<EditCardParams, EncoderDetails>("editCard");

export const cardNotKept = (folder: string, reason: string): EmbedError =>
  failure(
    "unreadable",
    `The card could not be written in ${folder}: ${reason}.`,
    "See that the disk has room and that you may write there, then save again.",
  );

export const factTooLong = (limit: number): EmbedError =>
  failure("badRequest", `A fact of a card has at most ${limit.toLocaleString("en")} characters.`, "Say it shorter.");

/** What may go wrong with encoders of the catalogue. */
import { failure, type EmbedError } from "./errors.ts";

export const notRemovable = (id: string): EmbedError =>
  failure("badRequest", `${id} belongs to the installation and stays.`, "Take its tick away to compare without it.");

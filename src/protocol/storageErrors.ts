/** What may be wrong with where the index is kept. */
import { failure, type EmbedError } from "./errors.ts";

export const otherWindow = (): EmbedError =>
  failure(
    "otherWindow",
    "Another window writes the index of this workspace.",
    "Index there; this window reads along and takes over when that one is closed.",
  );

export const storageFull = (folder: string): EmbedError =>
  failure(
    "storageFull",
    `There is no room left for the index in ${folder}; new parts of it are kept in memory.`,
    "Free some disk space; what is in memory is then written, as long as the window stays open.",
  );

export const storageReadOnly = (folder: string): EmbedError =>
  failure(
    "storageReadOnly",
    `${folder} cannot be written, so new parts of the index are kept in memory.`,
    "Give yourself the right to write there, or choose another folder.",
  );

export const storageBusy = (folder: string): EmbedError =>
  failure(
    "storageBusy",
    `Another program holds the index in ${folder}; new parts of it are kept in memory.`,
    "End what holds it (a backup, a virus scanner, an older version); writing is tried again.",
  );

export const storageFailed = (folder: string, reason: string): EmbedError =>
  failure(
    "storageFailed",
    `The index in ${folder} cannot be used (${reason}); new parts of it are kept in memory.`,
    "Check the disk and the folder; writing is tried again.",
  );

export const storageNewer = (folder: string): EmbedError =>
  failure(
    "storageNewer",
    `The index in ${folder} was made by a newer version, so it is left alone and this one is kept in memory.`,
    "Update Compare Embeddings in this window too.",
  );

export const indexRebuilt = (folder: string): EmbedError =>
  failure(
    "indexRebuilt",
    `The index in ${folder} was damaged and is built anew.`,
    "Nothing of yours is lost. Should it happen again, check the disk.",
  );

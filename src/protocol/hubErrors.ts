/** What may go wrong on the way of an encoder from the hub, or a folder, to this machine. */
import { failure, type EmbedError } from "./errors.ts";

export const hubAway = (host: string, reason: string): EmbedError =>
  failure(
    "hubAway",
    `${host} cannot be reached: ${reason}.`,
    "Check the network and the proxy (HTTPS_PROXY, or the editor's http.proxy), then try again; what is fetched already is kept.",
  );

export const hubBroke = (host: string, reason: string): EmbedError =>
  failure("hubAway", `The connection to ${host} broke: ${reason}.`, "Try again; what is fetched already is kept.");

export const proxyRefused = (host: string, reason: string): EmbedError =>
  failure(
    "hubAway",
    `The proxy ${host} lets nothing through: ${reason}.`,
    "Check HTTPS_PROXY (or the editor's http.proxy), as http://name:password@host:port, and NO_PROXY.",
  );

export const hubSlow = (host: string, seconds: number): EmbedError =>
  failure("hubAway", `${host} sent nothing for ${String(seconds)} s.`, "Try again later; what is fetched already is kept.");

export const hubBusy = (host: string, status: number, waitSeconds?: number): EmbedError =>
  failure(
    "hubBusy",
    status === 429 ? `${host} wants fewer requests.` : `${host} is out of order: it answered ${String(status)}.`,
    waitSeconds === undefined
      ? "Try again later; what is fetched already is kept."
      : `Try again in ${String(Math.ceil(waitSeconds))} s; what is fetched already is kept.`,
  );

export const hubInsecure = (address: string): EmbedError =>
  failure(
    "hubInsecure",
    `${address} is not an address that encoders are fetched from.`,
    "Give the hub as https://host; http is for a server on this machine alone.",
  );

export const hubUntrusted = (host: string, reason: string): EmbedError =>
  failure(
    "hubInsecure",
    `No encrypted connection to ${host}: ${reason}.`,
    "Its certificate must be one that this system trusts. Behind a proxy that reads along, add the proxy's certificate to the system.",
  );

export const hubRedirected = (host: string, reason: string): EmbedError =>
  failure(
    "hubInsecure",
    `${host} leads ${reason}, which is not followed.`,
    "Check the address of the hub; a network that asks for a login first does this too.",
  );

export const hubTokenNeeded = (repository: string): EmbedError =>
  failure(
    "hubRefused",
    `${repository} is not there, or it is not public.`,
    "Check the spelling of owner/name. For a private repository set HF_TOKEN (in the editor: Set Hub Token) to a token that may read it.",
  );

export const hubTokenRefused = (host: string): EmbedError =>
  failure(
    "hubRefused",
    `${host} does not accept the token.`,
    "Make a new token that may read, and set HF_TOKEN (in the editor: Set Hub Token) to it.",
  );

export const hubGated = (repository: string, page: string, signedIn: boolean): EmbedError =>
  failure(
    "hubRefused",
    `The owner of ${repository} gives it to those who accept its terms.`,
    signedIn
      ? `Open ${page}, accept the licence with the account of your token, then try again.`
      : `Open ${page}, accept the licence, set HF_TOKEN (in the editor: Set Hub Token) to a token of that account, then try again.`,
  );

export const hubForbidden = (repository: string): EmbedError =>
  failure("hubRefused", `The token may not read ${repository}.`, "Give the token the right to read this repository.");

export const noRepository = (repository: string): EmbedError =>
  failure("hubMissing", `The hub has no repository ${repository}.`, "Check the spelling of owner/name.");

export const noRevision = (repository: string, revision: string): EmbedError =>
  failure(
    "hubMissing",
    `${repository} has no revision ${revision}.`,
    "Name a branch, a tag or a commit that is there, or none for the newest.",
  );

export const noHubFile = (repository: string, file: string): EmbedError =>
  failure("hubMissing", `${repository} has no ${file}.`, "Look at the repository's files and choose one with --file.");

export const repositoryMoved = (repository: string, to: string): EmbedError =>
  failure(
    "hubMissing",
    `${repository} has moved to ${to}.`,
    "If you trust its owner there, import it under that name; a name that was given up can be taken by anybody.",
  );

export const hubPage = (host: string): EmbedError =>
  failure(
    "hubWrong",
    `${host} answered with a web page instead of the file.`,
    "Most likely this network asks for a login: open the page in a browser. Else check HF_ENDPOINT.",
  );

export const hubWrong = (host: string, reason: string): EmbedError =>
  failure("hubWrong", `${host} gave an answer that is none: ${reason}.`, "Check HF_ENDPOINT, or try again later.");

export const wrongLength = (file: string, expected: number, found: number): EmbedError =>
  failure(
    "hubWrong",
    `${file} should have ${expected.toLocaleString("en")} bytes, but the server sends ${found.toLocaleString("en")}.`,
    "Nothing of it is kept. Try again later, or without the mirror or proxy in between.",
  );

export const wrongBytes = (file: string): EmbedError =>
  failure(
    "hubWrong",
    `The bytes of ${file} are not those that its owner published.`,
    "Nothing of it is kept. Try again later, or without the mirror or proxy in between.",
  );

export const noEncoder = (place: string, reason: string, hint: string): EmbedError =>
  failure("noEncoder", `No encoder can be made of ${place}: ${reason}.`, hint);

export const chooseWeights = (place: string, files: readonly string[]): EmbedError =>
  failure("noEncoder", `${place} has several model files.`, `Choose one with --file: ${files.join(", ")}.`);

export const notEnoughRoom = (folder: string, needed: number, free: number): EmbedError =>
  failure(
    "importFailed",
    `${(needed / 1e6).toFixed(0)} MB are needed in ${folder}, and ${(free / 1e6).toFixed(0)} MB are free.`,
    "Free some disk space, then try again; what is fetched already is kept.",
  );

export const cannotKeep = (folder: string, reason: string): EmbedError =>
  failure(
    "importFailed",
    `Nothing could be written in ${folder}: ${reason}.`,
    "See that the disk has room and that you may write there, or choose another folder (HF_HOME, COMPARE_EMBEDDINGS_CACHE).",
  );

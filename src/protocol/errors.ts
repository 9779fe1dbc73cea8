/** Every way a request may fail, as data that crosses processes. `message` says what happened, `hint` what to do next. */
export interface EmbedErrorData {
  readonly code: ErrorCode;
  readonly message: string;
  readonly hint?: string;
}

export type ErrorCode =
  | "cancelled"
  | "versionMismatch"
  | "processEnded"
  | "processGaveUp"
  | "deadlineExceeded"
  | "unknownEncoder"
  | "missingWeights"
  | "badModel"
  | "badTokenizer"
  | "badRequest"
  | "tooManySegments"
  | "nothingToCompare"
  | "untrusted"
  | "unreadable"
  | "notIndexed"
  | "noWorkspace"
  | "notAllowed"
  | "otherWindow"
  | "storageFull"
  | "storageReadOnly"
  | "storageBusy"
  | "storageFailed"
  | "storageNewer"
  | "indexRebuilt"
  | "sharedAway"
  | "sharedRefused"
  | "sharedInsecure"
  | "sharedFailed"
  | "hubAway"
  | "hubBusy"
  | "hubRefused"
  | "hubMissing"
  | "hubInsecure"
  | "hubWrong"
  | "noEncoder"
  | "importFailed"
  | "internal";

/** The thrown form of {@link EmbedErrorData}; only `data` crosses a process edge. */
export class EmbedError extends Error {
  readonly data: EmbedErrorData;

  constructor(data: EmbedErrorData) {
    super(data.message);
    this.name = "EmbedError";
    this.data = data;
  }
}

const failure = (code: ErrorCode, message: string, hint?: string): EmbedError =>
  new EmbedError(hint === undefined ? { code, message } : { code, message, hint });

export const cancelled = (): EmbedError => failure("cancelled", "Cancelled.");

export const versionMismatch = (ours: number, theirs: number): EmbedError =>
  failure(
    "versionMismatch",
    `The engine speaks protocol ${String(theirs)}, this window ${String(ours)}.`,
    "Reload the window so that both come from the same installation.",
  );

export const processEnded = (name: string, how: string): EmbedError =>
  failure("processEnded", `The ${name} process ended (${how}).`, "Try again; it is started anew.");

export const processGaveUp = (name: string, deaths: number, minutes: number): EmbedError =>
  failure(
    "processGaveUp",
    `The ${name} process ended ${String(deaths)} times within ${String(minutes)} minutes and is not started again.`,
    "Look at the engine log, then run Compare Embeddings: Restart Engine.",
  );

export const deadlineExceeded = (name: string, seconds: number): EmbedError =>
  failure(
    "deadlineExceeded",
    `${name} gave no answer within ${seconds.toFixed(0)} s and was stopped.`,
    "Try shorter segments, or another encoder.",
  );

export const unknownEncoder = (id: string): EmbedError =>
  failure("unknownEncoder", `There is no encoder "${id}".`, "Run `models` to see those that are here.");

export const missingWeights = (id: string, precision: string): EmbedError =>
  failure(
    "missingWeights",
    `The ${precision} weights of ${id} are not on this machine.`,
    "In a checkout run `npm run encoders`; an installed extension carries w8.",
  );

export const badModel = (file: string, reason: string): EmbedError =>
  failure("badModel", `${file} was refused: ${reason}.`, "Use another export of this model.");

export const readsImages = (id: string): EmbedError =>
  failure("badRequest", `${id} reads images, not text.`, "Choose an encoder of text.");

export const badTokenizer = (file: string, reason: string): EmbedError =>
  failure("badTokenizer", `${file} was refused: ${reason}.`, "Use the tokenizer.json of the model's publisher.");

export const badRequest = (reason: string): EmbedError => failure("badRequest", reason);

export const tooManySegments = (count: number, limit: number): EmbedError =>
  failure(
    "tooManySegments",
    `${count.toLocaleString("en")} segments are more than the ${limit.toLocaleString("en")} that one comparison shows.`,
    "Select less, or split by symbols, paragraphs or files instead of lines.",
  );

export const nothingToCompare = (count: number): EmbedError =>
  failure(
    "nothingToCompare",
    count === 0 ? "There is no text to compare." : "One segment alone cannot be compared.",
    "Select at least two segments, or split by lines.",
  );

export const untrusted = (): EmbedError =>
  failure("untrusted", "This workspace is not trusted, so only bundled encoders run.", "Trust the workspace to use others.");

export const unreadable = (path: string, reason: string): EmbedError => failure("unreadable", `${path}: ${reason}.`);

export const noWorkspace = (virtual: boolean): EmbedError =>
  virtual
    ? failure(
        "noWorkspace",
        "The folders of this workspace are not on this machine's disk, so it has no index.",
        "Open a local copy of the folder. Compare Embeddings works here without an index.",
      )
    : failure("noWorkspace", "No folder is open, so there is nothing to index.", "Open a folder, then try again.");

export const notAllowed = (address: string): EmbedError =>
  address === ""
    ? failure(
        "notAllowed",
        "No shared index is set up.",
        "Set compareEmbeddings.shared.address, then run Share Index with a Server.",
      )
    : failure(
        "notAllowed",
        `You have not agreed to send anything of this workspace to ${address}.`,
        "Run Compare Embeddings: Share Index with a Server, which asks.",
      );

export const nothingAtPlace = (path: string, line: number): EmbedError =>
  failure(
    "notIndexed",
    `No indexed segment stands at line ${String(line)} of ${path}.`,
    "Index the workspace, or select the text to look for.",
  );

export const sharedAway = (address: string, reason: string): EmbedError =>
  failure(
    "sharedAway",
    `The shared index at ${address} cannot be reached: ${reason}.`,
    "See that the server runs and that the address is host:port as this machine sees it. Sharing again goes on where it ended.",
  );

export const sharedSlow = (address: string, seconds: number): EmbedError =>
  failure(
    "sharedAway",
    `The shared index at ${address} gave no answer within ${String(seconds)} s.`,
    "See that the server runs and is not overloaded, then try again.",
  );

export const sharedRefused = (address: string, reason: string): EmbedError =>
  failure(
    "sharedRefused",
    `The shared index at ${address} refused: ${reason}.`,
    "Set the token that its owner gave you (user:password or a key).",
  );

export const sharedInsecure = (address: string): EmbedError =>
  failure(
    "sharedInsecure",
    `${address} is another machine, and nothing is sent to one unencrypted.`,
    "Switch TLS on for this server; without it the server must run on this machine.",
  );

export const sharedUntrusted = (address: string, reason: string): EmbedError =>
  failure(
    "sharedInsecure",
    `No encrypted connection to ${address}: ${reason}.`,
    "See that the server speaks TLS on this port. Its certificate must be one that this operating system trusts.",
  );

export const sharedFailed = (address: string, reason: string): EmbedError =>
  failure("sharedFailed", `The shared index at ${address} says: ${reason}.`, "Show this to whoever runs the server.");

export const sharedMismatch = (address: string, collection: string, reason: string): EmbedError =>
  failure(
    "sharedFailed",
    `The collection ${collection} at ${address} is not one of ours: ${reason}.`,
    "Ask whoever runs the server to rename or drop it; it is made anew when an index is shared.",
  );

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

export const hubAway = (host: string, reason: string): EmbedError =>
  failure(
    "hubAway",
    `${host} cannot be reached: ${reason}.`,
    "Check the network and HTTPS_PROXY, then try again; what is fetched already is kept.",
  );

export const hubBroke = (host: string, reason: string): EmbedError =>
  failure("hubAway", `The connection to ${host} broke: ${reason}.`, "Try again; what is fetched already is kept.");

export const proxyRefused = (host: string, reason: string): EmbedError =>
  failure(
    "hubAway",
    `The proxy ${host} lets nothing through: ${reason}.`,
    "Check HTTPS_PROXY, as http://name:password@host:port, and NO_PROXY.",
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
    "Check the spelling of owner/name. For a private repository set HF_TOKEN to a token that may read it.",
  );

export const hubTokenRefused = (host: string): EmbedError =>
  failure("hubRefused", `${host} does not accept the token.`, "Make a new token that may read, and set HF_TOKEN to it.");

export const hubGated = (repository: string, page: string, signedIn: boolean): EmbedError =>
  failure(
    "hubRefused",
    `The owner of ${repository} gives it to those who accept its terms.`,
    signedIn
      ? `Open ${page}, accept the licence with the account of your token, then try again.`
      : `Open ${page}, accept the licence, set HF_TOKEN to a token of that account, then try again.`,
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

/** The data of whatever was thrown. Foreign errors become `internal`, with their message. */
export const errorData = (thrown: unknown): EmbedErrorData => {
  if (thrown instanceof EmbedError) return thrown.data;
  return {
    code: "internal",
    message: thrown instanceof Error ? thrown.message : String(thrown),
    hint: "Look at the engine log.",
  };
};

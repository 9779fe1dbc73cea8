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
  | "badText"
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
  | "remoteNotAllowed"
  | "remoteInsecure"
  | "remoteAway"
  | "remoteBusy"
  | "remoteRefused"
  | "remoteText"
  | "remoteWrong"
  | "remoteChanged"
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

/** For the functions that make errors, here and in the files of one subject each. */
export const failure = (code: ErrorCode, message: string, hint?: string): EmbedError =>
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

/** @param others the precisions whose weights are there */
export const missingWeights = (id: string, precision: string, others: readonly string[]): EmbedError =>
  failure(
    "missingWeights",
    `The ${precision} weights of ${id} are not on this machine${others.length > 0 ? `; there are ${others.join(", ")}` : ""}.`,
    others.length > 0 ? "Choose a precision that is there." : "Add it again; in a checkout run `npm run encoders`.",
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

/** What went wrong and what to do about it, in one line for people. */
export const errorWords = ({ message, hint }: EmbedErrorData): string => (hint === undefined ? message : `${message} ${hint}`);

/** The data of whatever was thrown. Foreign errors become `internal`, with their message. */
export const errorData = (thrown: unknown): EmbedErrorData => {
  if (thrown instanceof EmbedError) return thrown.data;
  return {
    code: "internal",
    message: thrown instanceof Error ? thrown.message : String(thrown),
    hint: "Look at the engine log.",
  };
};

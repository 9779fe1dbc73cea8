/** What the extension host and the command line ask of the engine process. */
import type { EncoderCard, Precision } from "../core/encoders/card.ts";
import type { EncoderSettings } from "../core/encoders/variant.ts";
import type { Range, SegmentKind, SplitMode } from "../core/text/segment.ts";
import { notification, request } from "./contract.ts";
import type { EmbedErrorData } from "./errors.ts";
import type { ImportProgress } from "./hub.ts";
import type { RemoteInfo } from "./remote.ts";
import type { NeighboursOutcome } from "./workspace.ts";

/** Raise on every change of this file, hub.ts, remote.ts, workspace.ts, encoder.ts or errors.ts: both ends must come from one build. */
export const PROTOCOL_VERSION = 5;

/** Most segments one comparison takes: n² cells of 4 bytes per encoder must still cross to the panel in a blink. */
export const MAX_SEGMENTS = 2000;

// ---- handshake: the first message both ways

export interface HelloParams {
  readonly protocol: number;
  /** Folders whose sub-folders are encoders, absolute; the first is the installation's own. The first that has an id wins. */
  readonly encoderFolders: readonly string[];
  /** Folder of the tree-sitter grammars, absolute. */
  readonly grammarFolder: string;
  /** Folder of the small ONNX graphs that score vectors, absolute. */
  readonly kernelFolder: string;
  /** The encoder process's program, absolute. */
  readonly encoderProgram: string;
  /** Folder of the manifests of encoders that can be fetched, and the program that builds them, absolute. Absent: none can. */
  readonly catalogue?: { readonly folder: string; readonly builder: string };
  /** Folder of the publishers' reference vectors, absolute; without it self-tests have none to compare with. */
  readonly referenceFolder?: string;
  /** Encoder processes; default one per core. */
  readonly workers?: number;
  /** Least time a unit of work is given before its process is taken for hung; for tests. */
  readonly deadlineMs?: number;
}
export interface HelloResult {
  readonly protocol: number;
  readonly pid: number;
  readonly node: string;
  readonly runtime: string;
}
export const hello = request<HelloParams, HelloResult>("hello");

// ---- encoders

/** An encoder with settings; those of a variant's id hold too, where none is given beside it. */
export interface EncoderChoice extends EncoderSettings {
  /** The id of an encoder or of a variant (see core/encoders/variant.ts), or the absolute path of a model folder. */
  readonly id: string;
}

export type EncoderState = "ready" | "loading" | "loaded" | "failed" | "missing";

export interface EncoderInfo {
  readonly id: string;
  readonly name: string;
  /** In the installation itself; these alone run in an untrusted workspace. */
  readonly bundled: boolean;
  readonly state: EncoderState;
  readonly error?: EmbedErrorData;
  readonly card: EncoderCard;
  /** What is on disk, with sizes in bytes. */
  readonly precisions: readonly { readonly precision: Precision; readonly bytes: number }[];
  /** Set for an encoder that runs on a server: nothing of it is on this machine, and `tokens` and `read` are not known of it. */
  readonly remote?: RemoteInfo;
}
export const listEncoders = request<null, readonly EncoderInfo[]>("listEncoders");

/** Sent whenever the state of an encoder changes. */
export const encoderChanged = notification<EncoderInfo>("encoderChanged");

// ---- embed

export interface EmbedParams {
  readonly encoder: EncoderChoice;
  readonly texts: readonly string[];
  /** Interactive work overtakes background work at batch edges. */
  readonly priority?: "interactive" | "background";
  /** Passed back in {@link progress}. */
  readonly progressToken?: string;
}

export interface EmbedResult {
  readonly dimensions: number;
  /** [texts, dimensions], row-major, in the order of the texts; unit length if the encoder normalises. A text without vector has a row of zeros. */
  readonly vectors: Float32Array;
  /** Tokens read of each text, special tokens included. */
  readonly tokens: Uint32Array;
  /** Share of each text's tokens that was read: 1 unless truncated. */
  readonly read: Float32Array;
  /** 1 where a text has a vector; 0 where no token of it is known. */
  readonly hasVector: Uint8Array;
  /** Hash of everything that determines a vector: files, tokenizer, layer, pooling, normalisation, max tokens, precision, runtime. */
  readonly identity: string;
  readonly ms: number;
}
/** Vectors leave the engine only by this request, for the command line; the panel gets similarities. */
export const embed = request<EmbedParams, EmbedResult>("embed");

export interface TokenizeParams {
  readonly encoder: EncoderChoice;
  readonly texts: readonly string[];
}
/** Token ids of each text, truncated as for encoding. */
export const tokenize = request<TokenizeParams, readonly (readonly number[])[]>("tokenize");

// ---- compare

export interface SourceDocument {
  /** Where a click leads. */
  readonly uri: string;
  /** For people: relative to the workspace where possible. */
  readonly path: string;
  readonly languageId: string;
  /** Version of an open document; 0 for a file read from disk. */
  readonly version: number;
  readonly text: string;
  /** When present only these parts are compared. One range is split; of several, each is one segment. */
  readonly ranges?: readonly Range[];
}

export interface CompareParams {
  readonly documents: readonly SourceDocument[];
  readonly split: SplitMode;
  readonly encoders: readonly EncoderChoice[];
  /** Neighbours counted by mutual neighbours@k. */
  readonly k: number;
  readonly progressToken?: string;
}

/** A segment as it is shown: its place and the beginning of its text. */
export interface SegmentInfo {
  /** Index into {@link CompareParams.documents}. */
  readonly document: number;
  readonly label: string;
  readonly kind: SegmentKind;
  readonly range: Range;
  /** First {@link PREVIEW_CHARACTERS} characters. */
  readonly preview: string;
}
export const PREVIEW_CHARACTERS = 400;

export interface EncoderComparison {
  readonly dimensions: number;
  /** Cosines of all pairs i < j, condensed: see core/similarity/condensed.ts. Pairs of a segment without vector hold 0 and mean nothing. */
  readonly similarity: Float32Array;
  /** Tokens read of each segment. */
  readonly tokens: Uint32Array;
  /** Share of each segment's tokens that was read: 1 unless truncated. */
  readonly read: Float32Array;
  /** 0 where a segment has no vector. */
  readonly hasVector: Uint8Array;
  readonly ms: number;
}

/** What one encoder made of the segments. One failure never hides the others. */
export type EncoderOutcome =
  | { readonly id: string; readonly ok: true; readonly result: EncoderComparison }
  | { readonly id: string; readonly ok: false; readonly error: EmbedErrorData };

export interface Chance {
  readonly value: number;
  /** What unrelated spaces give at this number of segments: the mean, and the 95th percentile over shuffles. */
  readonly chance: { readonly mean: number; readonly p95: number };
}

/** How alike two encoders' spaces are, over the segments for which both have a vector. */
export interface Agreement {
  readonly a: string;
  readonly b: string;
  /** Segments compared. */
  readonly n: number;
  /** null below {@link MIN_AGREEMENT_SEGMENTS}. */
  readonly debiasedCka: Chance | null;
  readonly mutualKnn: (Chance & { readonly k: number }) | null;
}
/** Below this the spread by chance covers any agreement. */
export const MIN_AGREEMENT_SEGMENTS = 8;

export interface CompareResult {
  readonly segments: readonly SegmentInfo[];
  /** In the order of the request. */
  readonly outcomes: readonly EncoderOutcome[];
  readonly agreement: readonly Agreement[];
  /** A permutation of the segments that puts similar ones side by side, shared by all encoders. */
  readonly clusteredOrder: Uint32Array;
}
export const compare = request<CompareParams, CompareResult>("compare");

// ---- progress: goes by the clock, at most ten times a second per encoder, and once at the end

export type Progress =
  | { readonly kind: "segments"; readonly segments: readonly SegmentInfo[] }
  | {
      readonly kind: "encoder";
      readonly id: string;
      readonly phase: "waiting" | "loading" | "embedding";
      readonly done: number;
      readonly total: number;
    }
  | { readonly kind: "outcome"; readonly outcome: EncoderOutcome }
  | { readonly kind: "phase"; readonly phase: "splitting" | "agreement" }
  | { readonly kind: "neighbours"; readonly outcome: NeighboursOutcome }
  /** Steps of a longer work over the whole workspace. */
  | { readonly kind: "steps"; readonly done: number; readonly total: number }
  | ImportProgress;

export const progress = notification<{ readonly token: string; readonly progress: Progress }>("progress");

/** A line for the log. Never holds user text. */
export const log = notification<{ readonly level: "debug" | "info" | "warn" | "error"; readonly message: string }>("log");

/** The engine gave up on its encoder processes; sent once until they are restarted. */
export const gaveUp = notification<EmbedErrorData>("gaveUp");

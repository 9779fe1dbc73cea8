/** What the extension host and the command line ask of the engine about a workspace: its index, and what is near what in it. */
import type { Position, Range, SegmentKind } from "../core/text/segment.ts";
import { notification, request } from "./contract.ts";
import type { EncoderChoice } from "./engine.ts";
import type { EmbedErrorData } from "./errors.ts";

// ---- the index

/** A workspace as the engine sees it: folders on this machine. An engine has one at a time. */
export interface WorkspaceParams {
  readonly folders: readonly { readonly path: string; readonly name: string }[];
  /** Absolute folder of the index, made if need be; null keeps it in memory. */
  readonly storage: string | null;
  /** Globs of what is left out besides what `.gitignore` says: the editor's `files.exclude` and `search.exclude`. */
  readonly exclude: readonly string[];
  /** Whether the names a symbol stands in (class, namespace) are put before its text as a line of their own. */
  readonly header: boolean;
  /** Vectors beyond this many bytes are kept as int8 in memory and ranked again by the exact ones. */
  readonly memoryBytes?: number;
}
/** Opens the index of a workspace; what is in it is found at once. Nothing is embedded before {@link startIndexing}. */
export const openWorkspace = request<WorkspaceParams, IndexStatus>("openWorkspace");

export const SKIP_REASONS = [
  "ignored",
  "excluded",
  "secret",
  "binary",
  "tooLarge",
  "linkOutside",
  "notAFile",
  "unreadable",
] as const;
/** Why a file or folder is not in the index. */
export type SkipReason = (typeof SKIP_REASONS)[number];

export interface Skipped {
  readonly reason: SkipReason;
  /** Files; a folder that is left out as a whole counts once. */
  readonly count: number;
  /** Some of them, for people: paths relative to the workspace. */
  readonly examples: readonly string[];
}

export interface EncoderCoverage {
  readonly id: string;
  /** Distinct texts of the present segments that have a vector, and all of them. */
  readonly done: number;
  readonly total: number;
  /** Bytes of this encoder's vectors in the store. */
  readonly bytes: number;
  /** Texts embedded per second of late; 0 when none are. */
  readonly perSecond: number;
  /** null when nobody can tell. */
  readonly secondsLeft: number | null;
  readonly error?: EmbedErrorData;
}

export interface IndexStatus {
  readonly state: "closed" | "idle" | "scanning" | "embedding" | "paused";
  /** Why it stands still without having been told to: "battery", or another window that writes the same index. */
  readonly waitingFor?: "battery" | "otherWindow";
  readonly storage: {
    /** `disk` normally; `memory` when the disk cannot be written, and then `notice` says why and what to do. */
    readonly kind: "disk" | "memory";
    readonly bytes: number;
    readonly notice?: EmbedErrorData;
  };
  readonly files: number;
  /** Segments, and how many distinct texts they have. */
  readonly segments: number;
  readonly texts: number;
  /** Files looked at in the scan under way, and what is known of their number. */
  readonly scan?: { readonly done: number; readonly total: number };
  /** Languages of the files, for filters. */
  readonly languages: readonly string[];
  readonly skipped: readonly Skipped[];
  /** In the order in which they were asked for. */
  readonly encoders: readonly EncoderCoverage[];
}

export interface StartIndexingParams {
  readonly encoders: readonly EncoderChoice[];
}
export interface IndexingResult {
  readonly status: IndexStatus;
  /** Texts that had to be embedded, per encoder. */
  readonly embedded: Readonly<Record<string, number>>;
  readonly seconds: number;
}
/**
 * Brings the index up to date for these encoders: scans, splits, embeds what has no vector. Answers when all is done;
 * {@link indexChanged} tells how it goes. A second call replaces the first. Cancelling stops at the next batch; what is done stays.
 */
export const startIndexing = request<StartIndexingParams, IndexingResult>("startIndexing");

/** `pause` and `resume` keep the request of {@link startIndexing} pending. */
export const controlIndexing = request<{ readonly action: "pause" | "resume" | "stop" }, IndexStatus>("controlIndexing");

export const CPU_SHARES = ["low", "balanced", "full"] as const;
export const BATTERY_MODES = ["same", "low", "pause"] as const;
export interface Pace {
  readonly cpu: (typeof CPU_SHARES)[number];
  readonly onBattery: (typeof BATTERY_MODES)[number];
}
/** How much of the machine indexing may take. */
export const setPace = request<Pace, null>("setPace");

export const indexStatus = request<null, IndexStatus>("indexStatus");
/** Forgets everything of this workspace's index. */
export const clearIndex = request<null, IndexStatus>("clearIndex");
/** Sent when the status changes, at most five times a second and once at the end. */
export const indexChanged = notification<IndexStatus>("indexChanged");

/** Files or folders that came, changed or went, absolute. Taken in soon after, if the index is kept up to date. */
export const filesChanged = notification<{ readonly paths: readonly string[] }>("filesChanged");
/** An open document with unsaved text; null when it is as on disk again. */
export const documentChanged = notification<{
  readonly path: string;
  readonly languageId: string;
  readonly text: string | null;
}>("documentChanged");

// ---- neighbours

/** The lexical baseline beside the encoders: Okapi BM25 over words and the parts of identifiers. */
export const BM25 = "bm25";

export type Query =
  /** Typed by a person: an encoder's prompt for queries is applied. */
  | { readonly kind: "words"; readonly text: string }
  /** Selected text; where it stands, so that it does not find itself. */
  | { readonly kind: "passage"; readonly text: string; readonly at?: { readonly path: string; readonly range: Range } }
  /** The indexed segment at a place; the path is absolute. */
  | { readonly kind: "place"; readonly path: string; readonly position: Position };

export interface SearchFilter {
  /** Glob over the paths shown; a plain word matches anywhere in the path. */
  readonly path?: string;
  readonly languages?: readonly string[];
  /** Leaves out the file that the query stands in. */
  readonly otherFiles?: boolean;
}

/** A place where a text stands. */
export interface Place {
  /** Absolute path of the file (empty if it is not in this workspace), and as people see it: relative, with the folder's name if there are several. */
  readonly file: string;
  readonly path: string;
  readonly languageId: string;
  readonly range: Range;
  readonly label: string;
  readonly kind: SegmentKind;
}

export interface Hit {
  /** The same for the same text, whichever encoder found it. */
  readonly text: number;
  /** Cosine, or for BM25 its sum of weights. */
  readonly score: number;
  /** Share (0 … 1) of random pairs of this workspace that this encoder finds less similar; null for BM25. */
  readonly percentile: number | null;
  /** More than one when the same text stands in several places. */
  readonly places: readonly Place[];
  /** Without the header line. */
  readonly content: string;
}

/** What cosines of random pairs of this workspace look like to an encoder: without it a cosine says nothing. */
export interface ScoreScale {
  readonly p5: number;
  readonly median: number;
  readonly p95: number;
  /** The least and the greatest cosine of these pairs. */
  readonly low: number;
  readonly high: number;
  /** How many pairs fall into each of as many equal parts of low … high. */
  readonly histogram: readonly number[];
}

export type NeighboursOutcome =
  | {
      readonly id: string;
      readonly ok: true;
      readonly hits: readonly Hit[];
      /** null for BM25 and where there are too few segments. */
      readonly scale: ScoreScale | null;
      /** Texts searched of those there are. */
      readonly coverage: { readonly done: number; readonly total: number };
      readonly ms: number;
    }
  | { readonly id: string; readonly ok: false; readonly error: EmbedErrorData };

export interface NeighboursParams {
  readonly query: Query;
  readonly encoders: readonly EncoderChoice[];
  readonly k: number;
  readonly filter?: SearchFilter;
  /** Search there instead of in this workspace's own index. BM25 is left out. */
  readonly shared?: SharedIndex;
  readonly progressToken?: string;
}
export interface NeighboursResult {
  /** What was looked for: the text, and for a place the segment there. */
  readonly query: { readonly label: string; readonly content: string; readonly place?: Place };
  readonly files: number;
  readonly segments: number;
  /** One per encoder in the order of the request, then BM25. One failure hides no other. */
  readonly outcomes: readonly NeighboursOutcome[];
}
/** Exact nearest neighbours among what is indexed. Outcomes come as progress `neighbours` as soon as each is known. */
export const neighbours = request<NeighboursParams, NeighboursResult>("neighbours");

export interface BestLinesParams {
  readonly query: Query;
  /** An encoder, or undefined for BM25. */
  readonly encoder?: EncoderChoice;
  /** {@link Hit.text} of hits. */
  readonly texts: readonly number[];
}
/** For each hit the line of its content (from 0) that is nearest to the query; -1 where none is. */
export const bestLines = request<BestLinesParams, readonly number[]>("bestLines");

/** For an indexed file: what most encoders see as nearest to each of its segments. */
export interface NearestOfSegment {
  readonly range: Range;
  readonly label: string;
  /** The place most encoders name, whose ids those are, and how many were asked. */
  readonly nearest: Place;
  readonly namedBy: readonly string[];
  readonly asked: number;
}
export const nearestInFile = request<
  { readonly path: string; readonly encoders: readonly EncoderChoice[] },
  readonly NearestOfSegment[]
>("nearestInFile");

// ---- over the whole workspace

export interface FoundText {
  readonly text: number;
  readonly places: readonly Place[];
  readonly content: string;
}

export interface Hub extends FoundText {
  /** Per encoder: of how many segments this is one of the k nearest. With no hubs it is k for every segment. */
  readonly occurrences: Readonly<Record<string, number>>;
}
export interface HubsResult {
  readonly k: number;
  /** Distinct texts looked at. */
  readonly texts: number;
  /** Skewness of the k-occurrence (Radovanović et al. 2010) per encoder: 0 = even, above 1 = a few segments are everybody's neighbour. */
  readonly skewness: Readonly<Record<string, number>>;
  readonly hubs: readonly Hub[];
  readonly failed: readonly { readonly id: string; readonly error: EmbedErrorData }[];
}
/** Segments that are everybody's neighbour, most so first. */
export const hubs = request<
  { readonly encoders: readonly EncoderChoice[]; readonly k: number; readonly limit: number; readonly progressToken?: string },
  HubsResult
>("hubs");

export interface DuplicatePair {
  readonly a: FoundText;
  /** Absent when the very same text stands in several places. */
  readonly b?: FoundText;
  /** Per encoder that finds them so: (cosine − m) / (1 − m), m the median cosine of random pairs. 0 = unrelated, 1 = the same. */
  readonly closeness: Readonly<Record<string, number>>;
}
export interface DuplicatesResult {
  readonly texts: number;
  readonly atLeast: number;
  readonly pairs: readonly DuplicatePair[];
  readonly failed: readonly { readonly id: string; readonly error: EmbedErrorData }[];
}
/** Pairs of segments that at least `atLeast` encoders find nearly the same, closest first. */
export const duplicates = request<
  {
    readonly encoders: readonly EncoderChoice[];
    readonly atLeast: number;
    readonly closeness?: number;
    readonly limit: number;
    readonly progressToken?: string;
  },
  DuplicatesResult
>("duplicates");

// ---- an index that many share

/** A Milvus server (or a managed one that speaks its protocol), chosen by the user for this workspace. */
export interface SharedServer {
  /** host:port */
  readonly address: string;
  /** TLS; required unless the host is this machine. */
  readonly secure: boolean;
  readonly token?: string;
}
/** A server, and which of the texts there are this workspace's. */
export interface SharedIndex extends SharedServer {
  /** Name under which this workspace's texts are found; paths of what is found begin with it. */
  readonly repository: string;
}
export interface ShareResult {
  /** Texts sent, and those that were there already, per encoder. */
  readonly sent: Readonly<Record<string, number>>;
  readonly already: Readonly<Record<string, number>>;
}
/** Sends texts, places and vectors of this workspace's index; what an interrupted call has sent is not sent again. */
export const shareIndex = request<
  {
    readonly to: SharedIndex;
    readonly encoders: readonly EncoderChoice[];
    readonly progressToken?: string;
  },
  ShareResult
>("shareIndex");

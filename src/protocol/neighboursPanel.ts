/** What the extension host and the neighbours panel say to each other. Each side checks what it receives by a schema. */
import type { Range } from "../core/text/segment.ts";
import type { EncoderChoice } from "./engine.ts";
import type { EmbedErrorData } from "./errors.ts";
import type { PanelEncoder } from "./panel.ts";
import type {
  DuplicatesResult,
  HubsResult,
  IndexStatus,
  NeighboursOutcome,
  NeighboursResult,
  Query,
  SearchFilter,
} from "./workspace.ts";

/** What a search is: enough to run it again after a reload. */
export interface SearchSpec {
  readonly id: string;
  readonly title: string;
  readonly what:
    { readonly kind: "neighbours"; readonly query: Query } | { readonly kind: "hubs" } | { readonly kind: "duplicates" };
  readonly encoders: readonly EncoderChoice[];
  readonly k: number;
  readonly filter: SearchFilter;
  /** Duplicates: how many encoders must find a pair. */
  readonly atLeast: number;
  /** Where to search: this workspace's index, or the server that the user chose for it. */
  readonly source: "workspace" | "shared";
  /** Kept panels are not used again for the next search. */
  readonly kept: boolean;
}

export type ToNeighbours =
  /** A search begins; everything of an older revision is void. */
  | {
      readonly type: "begin";
      readonly revision: number;
      readonly spec: SearchSpec;
      readonly encoders: readonly PanelEncoder[];
      /** Whether a shared server is set up for this workspace. */
      readonly shared: boolean;
    }
  /** The index as it stands: for coverage, and for what to do when nothing is indexed. */
  | { readonly type: "index"; readonly status: IndexStatus }
  | { readonly type: "outcome"; readonly revision: number; readonly outcome: NeighboursOutcome }
  /** Best lines of one encoder's hits, in their order. */
  | { readonly type: "lines"; readonly revision: number; readonly id: string; readonly lines: readonly number[] }
  | {
      readonly type: "finished";
      readonly revision: number;
      readonly result:
        | ({ readonly kind: "neighbours" } & Pick<NeighboursResult, "query" | "files" | "segments">)
        | ({ readonly kind: "hubs" } & HubsResult)
        | ({ readonly kind: "duplicates" } & DuplicatesResult);
    }
  | { readonly type: "progress"; readonly revision: number; readonly done: number; readonly total: number }
  | { readonly type: "failed"; readonly revision: number; readonly error: EmbedErrorData };

export type FromNeighbours =
  | { readonly type: "ready" }
  /** Run again with these settings; what is left out stays as it is. */
  | {
      readonly type: "search";
      readonly words?: string;
      readonly encoders?: readonly string[];
      readonly k?: number;
      readonly filter?: SearchFilter;
      readonly atLeast?: number;
      readonly source?: SearchSpec["source"];
    }
  | { readonly type: "cancel" }
  | { readonly type: "keep"; readonly kept: boolean }
  | { readonly type: "open"; readonly file: string; readonly range: Range; readonly preserveFocus: boolean }
  /** Puts the results on the clipboard, as Markdown. */
  | { readonly type: "copy"; readonly text: string }
  /** The neighbours of a segment shown here. */
  | { readonly type: "neighboursOf"; readonly file: string; readonly range: Range }
  | { readonly type: "compare"; readonly places: readonly { readonly file: string; readonly range: Range }[] }
  | { readonly type: "openCard"; readonly id: string }
  | { readonly type: "chooseEncoders" }
  | { readonly type: "startIndexing" }
  | { readonly type: "openLog" };

export { BM25 } from "./workspace.ts";
export type { DuplicatePair, FoundText, Hit, Hub, Place, Query, ScoreScale, SearchFilter } from "./workspace.ts";
export type { DuplicatesResult, EmbedErrorData, HubsResult, IndexStatus, NeighboursOutcome, NeighboursResult, PanelEncoder };

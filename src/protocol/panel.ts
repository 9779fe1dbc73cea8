/** What the extension host and the panel say to each other. Each side checks what it receives by a schema. */
import type { EncoderCard } from "../core/encoders/card.ts";
import type { Variation } from "../core/encoders/describeVariant.ts";
import type { Range, SplitMode } from "../core/text/segment.ts";
import type { Agreement, EncoderChoice, EncoderComparison, EncoderOutcome, EncoderState, SegmentInfo } from "./engine.ts";
import type { EmbedErrorData } from "./errors.ts";

/** What a comparison is of: enough to run it again after a reload. Texts are read anew. */
export interface ComparisonSpec {
  readonly id: string;
  readonly title: string;
  readonly sources: readonly {
    readonly uri: string;
    readonly path: string;
    readonly languageId?: string;
    readonly ranges?: readonly Range[];
  }[];
  readonly split: SplitMode;
  readonly encoders: readonly EncoderChoice[];
}

/** An encoder as the panel shows it: in a chip, a column's head and the card. */
export interface PanelEncoder {
  readonly id: string;
  readonly name: string;
  readonly state: EncoderState;
  readonly error?: EmbedErrorData;
  readonly card: EncoderCard;
  /** Of what it is a variant; absent for an encoder as it is. */
  readonly variant?: Variation;
}

export type ToPanel =
  /** A comparison begins; everything of an older revision is void. */
  | {
      readonly type: "begin";
      readonly revision: number;
      readonly spec: ComparisonSpec;
      readonly encoders: readonly PanelEncoder[];
    }
  | { readonly type: "encoders"; readonly encoders: readonly PanelEncoder[] }
  | { readonly type: "segments"; readonly revision: number; readonly segments: readonly SegmentInfo[] }
  | {
      readonly type: "progress";
      readonly revision: number;
      readonly id: string;
      readonly phase: "waiting" | "loading" | "embedding";
      readonly done: number;
      readonly total: number;
    }
  | { readonly type: "outcome"; readonly revision: number; readonly outcome: EncoderOutcome }
  | {
      readonly type: "finished";
      readonly revision: number;
      readonly agreement: readonly Agreement[];
      readonly clusteredOrder: Uint32Array;
    }
  /** The comparison as a whole came to nothing; outcomes already shown stay. */
  | { readonly type: "failed"; readonly revision: number; readonly error: EmbedErrorData }
  /** Documents (by index into the spec's sources) that were edited since. */
  | { readonly type: "stale"; readonly revision: number; readonly sources: readonly number[] };

export type FromPanel =
  /** The page is up and knows nothing yet. */
  | { readonly type: "ready" }
  /** Run again, with these settings: other split, other encoders, or the same after an edit or a failure. */
  | { readonly type: "compare"; readonly split: SplitMode; readonly encoders: readonly string[] }
  | { readonly type: "cancel" }
  /** Show these segments in the editor. */
  | { readonly type: "reveal"; readonly revision: number; readonly segments: readonly number[]; readonly preserveFocus: boolean }
  | { readonly type: "openCard"; readonly id: string }
  | { readonly type: "chooseEncoders" }
  | { readonly type: "openLog" };

export type { Agreement, EncoderComparison, EncoderOutcome, SegmentInfo, EncoderCard, EmbedErrorData };

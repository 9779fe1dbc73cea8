import type { Grouping } from "../src/core/encoders/causeGroups.ts";
import type {
  Agreement,
  ComparisonSpec,
  EmbedErrorData,
  EncoderComparison,
  PanelEncoder,
  SegmentInfo,
  ToPanel,
} from "../src/protocol/panel.ts";
import { inGroups } from "./grouping.ts";

/** How one encoder's column stands. */
export type Column =
  | {
      readonly kind: "waiting";
      readonly phase: "waiting" | "loading" | "embedding";
      readonly done: number;
      readonly total: number;
    }
  | { readonly kind: "done"; readonly result: EncoderComparison }
  | { readonly kind: "failed"; readonly error: EmbedErrorData };

export interface Cell {
  readonly i: number;
  readonly j: number;
}

/** What the person chose; outlives reloads. */
export interface View {
  readonly scale: "cosine" | "percentile";
  readonly order: "text" | "clustered";
  /** Encoder whose percentiles are subtracted from every other's. */
  readonly difference: string | null;
  readonly table: boolean;
  /** By which cause columns are put together. */
  readonly grouping: Grouping;
}

export interface SavedState {
  readonly spec: ComparisonSpec | null;
  readonly view: View;
}

export interface State {
  readonly status: "empty" | "running" | "done" | "failed";
  readonly revision: number;
  readonly spec: ComparisonSpec | null;
  readonly encoders: readonly PanelEncoder[];
  readonly segments: readonly SegmentInfo[];
  readonly columns: ReadonlyMap<string, Column>;
  readonly agreement: readonly Agreement[];
  readonly clusteredOrder: readonly number[];
  readonly error: EmbedErrorData | null;
  readonly stale: readonly number[];
  readonly view: View;
  /** The cell under the pointer or the keyboard. */
  readonly cell: Cell | null;
  /** The segment whose neighbours are listed. */
  readonly segment: number;
}

export type Action =
  | ToPanel
  | { readonly type: "view"; readonly change: Partial<View> }
  | { readonly type: "cell"; readonly cell: Cell | null }
  | { readonly type: "segment"; readonly segment: number };

const DEFAULT_VIEW: View = { scale: "percentile", order: "clustered", difference: null, table: false, grouping: "none" };

export const initialState = (view: Partial<View> = {}): State => ({
  status: "empty",
  revision: -1,
  spec: null,
  encoders: [],
  segments: [],
  columns: new Map(),
  agreement: [],
  clusteredOrder: [],
  error: null,
  stale: [],
  view: { ...DEFAULT_VIEW, ...view },
  cell: null,
  segment: 0,
});

/** The next state. Messages of an older revision change nothing: latest wins. */
export function reduce(state: State, action: Action): State {
  if ("revision" in action && action.type !== "begin" && action.revision !== state.revision) return state;
  switch (action.type) {
    case "begin": {
      const waiting: Column = { kind: "waiting", phase: "waiting", done: 0, total: 0 };
      return grouped({
        ...initialState(state.view),
        status: "running",
        revision: action.revision,
        spec: action.spec,
        encoders: action.encoders,
        columns: new Map(action.spec.encoders.map(({ id }) => [id, waiting])),
      });
    }
    case "encoders":
      return grouped({ ...state, encoders: action.encoders });
    case "segments":
      return { ...state, segments: action.segments, clusteredOrder: action.segments.map((_, index) => index) };
    case "progress":
      return withColumn(state, action.id, { kind: "waiting", phase: action.phase, done: action.done, total: action.total });
    case "outcome": {
      const { outcome } = action;
      return withColumn(
        state,
        outcome.id,
        outcome.ok ? { kind: "done", result: outcome.result } : { kind: "failed", error: outcome.error },
      );
    }
    case "finished":
      return { ...state, status: "done", agreement: action.agreement, clusteredOrder: [...action.clusteredOrder] };
    case "failed":
      return { ...state, status: "failed", error: action.error };
    case "stale":
      return { ...state, stale: action.sources };
    case "view": {
      const next = { ...state, view: { ...state.view, ...action.change } };
      return next.view.grouping === state.view.grouping ? next : grouped(next);
    }
    case "cell":
      return { ...state, cell: action.cell };
    case "segment":
      return { ...state, segment: action.segment };
  }
}

/** Columns stand in the order of their groups, in every view. */
const grouped = (state: State): State => ({
  ...state,
  columns: inGroups(
    state,
    state.columns,
    (state.spec?.encoders ?? []).map(({ id }) => id),
    state.view.grouping,
  ),
});

function withColumn(state: State, id: string, column: Column): State {
  return state.columns.has(id) ? { ...state, columns: new Map(state.columns).set(id, column) } : state;
}

/** The order in which segments stand in every heatmap. */
export const shownOrder = (state: State): readonly number[] =>
  state.view.order === "clustered" ? state.clusteredOrder : state.segments.map((_, index) => index);

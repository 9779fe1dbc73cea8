import type { Grouping } from "../../src/core/encoders/causeGroups.ts";
import {
  BM25,
  type EmbedErrorData,
  type IndexStatus,
  type NeighboursOutcome,
  type PanelEncoder,
  type SearchSpec,
  type ToNeighbours,
} from "../../src/protocol/neighboursPanel.ts";
import { inGroups } from "../grouping.ts";
import { nameOf as encoderName, type Known } from "../knownEncoders.ts";

export type Found = Extract<NeighboursOutcome, { ok: true }>;
export type Result = Extract<ToNeighbours, { type: "finished" }>["result"];

/** How one list stands: an encoder's, or BM25's. */
export type Column =
  | { readonly kind: "waiting" }
  /** `lines`: the best line of each hit, once known. */
  | { readonly kind: "done"; readonly found: Found; readonly lines: readonly number[] }
  | { readonly kind: "failed"; readonly error: EmbedErrorData };

/** What the person chose; outlives reloads. */
export interface View {
  /** Whether rows show some of their text. */
  readonly text: boolean;
  /** By which cause the lists are put together. */
  readonly grouping: Grouping;
}

export interface SavedState {
  readonly spec: SearchSpec | null;
  readonly view: View;
}

/** What unfolds: some lines of a row's text, all of them, or the other places where the text stands. */
export type Part = "text" | "whole" | "places";

export interface State {
  readonly status: "empty" | "running" | "done" | "failed";
  readonly revision: number;
  readonly spec: SearchSpec | null;
  readonly encoders: readonly PanelEncoder[];
  readonly shared: boolean;
  readonly index: IndexStatus | null;
  /** The index when the search began: what has come since was not searched. */
  readonly searched: IndexStatus | null;
  readonly columns: ReadonlyMap<string, Column>;
  readonly result: Result | null;
  readonly progress: { readonly done: number; readonly total: number } | null;
  readonly error: EmbedErrorData | null;
  readonly view: View;
  /** Parts that are not as they are by default: see {@link partKey}. */
  readonly toggled: ReadonlySet<string>;
  /** The text under the pointer or the keyboard, marked in every column. */
  readonly text: number | null;
  /** The row of each column that the Tab key leads to. */
  readonly rows: ReadonlyMap<string, number>;
  /** What a screen reader is told. */
  readonly said: string;
}

export type Action =
  | ToNeighbours
  | { readonly type: "view"; readonly change: Partial<View> }
  | { readonly type: "text"; readonly text: number | null }
  | { readonly type: "row"; readonly column: string; readonly row: number }
  | { readonly type: "toggle"; readonly part: Part; readonly column: string; readonly row: number }
  | { readonly type: "kept"; readonly kept: boolean }
  | { readonly type: "say"; readonly words: string };

const DEFAULT_VIEW: View = { text: true, grouping: "none" };

export const initialState = (view: Partial<View> = {}): State => ({
  status: "empty",
  revision: -1,
  spec: null,
  encoders: [],
  shared: false,
  index: null,
  searched: null,
  columns: new Map(),
  result: null,
  progress: null,
  error: null,
  view: { ...DEFAULT_VIEW, ...view },
  toggled: new Set(),
  text: null,
  rows: new Map(),
  said: "",
});

export const partKey = (part: Part, column: string, row: number): string => `${part} ${row} ${column}`;

/** Whether a part is unfolded. */
export const shows = ({ view, toggled }: State, part: Part, column: string, row: number): boolean =>
  toggled.has(partKey(part, column, row)) !== (part === "text" && view.text);

/** The next state. Messages of an older revision change nothing: latest wins. */
export function reduce(state: State, action: Action): State {
  if ("revision" in action && action.type !== "begin" && action.revision !== state.revision) return state;
  switch (action.type) {
    case "begin":
      // A host that was started anew counts from the start again, so a lower number is no reason to distrust it.
      return {
        ...initialState(state.view),
        status: "running",
        revision: action.revision,
        spec: action.spec,
        encoders: action.encoders,
        shared: action.shared,
        index: state.index,
        searched: state.index,
        columns: inGroups(action, columnsOf(action.spec), listsOf(action.spec), state.view.grouping),
      };
    case "index":
      return { ...state, index: action.status, searched: state.searched ?? action.status };
    case "outcome":
      return withOutcome(state, action.outcome);
    case "lines": {
      const column = state.columns.get(action.id);
      return column?.kind === "done" ? withColumn(state, action.id, { ...column, lines: action.lines }) : state;
    }
    case "finished":
      return {
        ...state,
        status: "done",
        result: action.result,
        progress: null,
        columns: withoutWaiting(state.columns),
        said: finishedWords(state, action.result),
      };
    case "progress":
      return { ...state, progress: { done: action.done, total: action.total } };
    case "failed":
      return {
        ...state,
        status: "failed",
        error: action.error,
        progress: null,
        columns: withoutWaiting(state.columns),
        said: action.error.message,
      };
    case "view":
      return withView(state, action.change);
    case "text":
      return state.text === action.text ? state : { ...state, text: action.text };
    case "row":
      return state.rows.get(action.column) === action.row
        ? state
        : { ...state, rows: new Map(state.rows).set(action.column, action.row) };
    case "toggle": {
      const key = partKey(action.part, action.column, action.row);
      const toggled = new Set(state.toggled);
      if (!toggled.delete(key)) toggled.add(key);
      return { ...state, toggled };
    }
    case "kept":
      return state.spec === null ? state : { ...state, spec: { ...state.spec, kept: action.kept } };
    case "say":
      return { ...state, said: action.words };
  }
}

/** A shared server has no lexical baseline. */
const listsOf = ({ what, encoders, source }: SearchSpec): readonly string[] =>
  what.kind === "neighbours" ? [...encoders.map(({ id }) => id), ...(source === "workspace" ? [BM25] : [])] : [];

const columnsOf = (spec: SearchSpec): ReadonlyMap<string, Column> =>
  new Map(listsOf(spec).map((id) => [id, { kind: "waiting" }]));

function withView(state: State, change: Partial<View>): State {
  const view = { ...state.view, ...change };
  if (view.grouping === state.view.grouping || state.spec === null) return { ...state, view, toggled: new Set() };
  return { ...state, view, columns: inGroups(state, state.columns, listsOf(state.spec), view.grouping) };
}

function withOutcome(state: State, outcome: NeighboursOutcome): State {
  const next = withColumn(
    state,
    outcome.id,
    outcome.ok ? { kind: "done", found: outcome, lines: [] } : { kind: "failed", error: outcome.error },
  );
  if (next === state) return state;
  const name = nameOf(state, outcome.id);
  return { ...next, said: outcome.ok ? `${name}: ${outcome.hits.length} results` : `${name}: ${outcome.error.message}` };
}

function withColumn(state: State, id: string, column: Column): State {
  return state.columns.has(id) ? { ...state, columns: new Map(state.columns).set(id, column) } : state;
}

/** When all is over, a list that never came would turn its wheel for ever. */
const withoutWaiting = (columns: State["columns"]): State["columns"] =>
  [...columns.values()].some(({ kind }) => kind === "waiting")
    ? new Map([...columns].filter(([, { kind }]) => kind !== "waiting"))
    : columns;

/** Of a list. */
export const nameOf = (known: Known, id: string): string => (id === BM25 ? "BM25" : encoderName(known, id));

function finishedWords({ columns }: State, result: Result): string {
  switch (result.kind) {
    case "neighbours": {
      const lists = [...columns.values()].filter(({ kind }) => kind === "done").length;
      return `Search finished: ${lists} ${lists === 1 ? "list" : "lists"}`;
    }
    case "hubs":
      return `Search finished: ${result.hubs.length} hubs`;
    case "duplicates":
      return `Search finished: ${result.pairs.length} pairs`;
  }
}

import type { Grouping } from "../../src/core/encoders/causeGroups.ts";
import type {
  CardDetails,
  CardEncoder,
  CardField,
  CardReport,
  CardsSpec,
  EmbedErrorData,
  ToCards,
} from "../../src/protocol/cardsPanel.ts";

/** What the person chose and wrote; outlives reloads. */
export interface View {
  /** Whether the comparison leaves out rows in which all say the same. */
  readonly onlyDifferent: boolean;
  /** Encoder that the others are held against; the first column when it is not among them. */
  readonly against: string | null;
  /** By which cause the columns of the comparison are put together. */
  readonly grouping: Grouping;
  /** Words that are not saved yet: see {@link draftKey}. */
  readonly drafts: Readonly<Record<string, string>>;
}

export interface SavedState {
  readonly spec: CardsSpec | null;
  readonly view: View;
}

export interface State {
  readonly spec: CardsSpec | null;
  readonly encoders: readonly CardEncoder[];
  readonly details: CardDetails | null;
  readonly reports: readonly CardReport[];
  /** Nothing could be shown. */
  readonly error: EmbedErrorData | null;
  /** Fields on their way to the disk, and those that did not get there. */
  readonly saving: ReadonlySet<string>;
  readonly notSaved: ReadonlyMap<string, EmbedErrorData>;
  readonly view: View;
  /** What a screen reader is told. */
  readonly said: string;
}

export type Action =
  | ToCards
  | { readonly type: "view"; readonly change: Partial<Omit<View, "drafts">> }
  | { readonly type: "draft"; readonly id: string; readonly field: CardField; readonly text: string | null }
  | { readonly type: "saving"; readonly id: string; readonly fields: readonly CardField[] }
  | { readonly type: "say"; readonly words: string };

const DEFAULT_VIEW: View = { onlyDifferent: false, against: null, grouping: "none", drafts: {} };

export const initialState = (view: Partial<View> = {}): State => ({
  spec: null,
  encoders: [],
  details: null,
  reports: [],
  error: null,
  saving: new Set(),
  notSaved: new Map(),
  view: { ...DEFAULT_VIEW, ...view },
  said: "",
});

/** Names a field of an encoder's card. */
export const draftKey = (id: string, field: CardField): string => `${field} ${id}`;

export function reduce(state: State, action: Action): State {
  switch (action.type) {
    case "show": {
      const { spec, encoders, details, reports } = action;
      return { ...state, spec, encoders, details, reports, error: null };
    }
    case "failed":
      return { ...state, error: action.error, said: action.error.message };
    case "view":
      return { ...state, view: { ...state.view, ...action.change } };
    case "draft":
      return withDraft(state, draftKey(action.id, action.field), action.text);
    case "saving":
      return {
        ...state,
        saving: new Set([...state.saving, ...keysOf(action)]),
        notSaved: without(state.notSaved, keysOf(action)),
      };
    case "saved": {
      const keys = keysOf(action);
      const drafts = Object.fromEntries(Object.entries(state.view.drafts).filter(([key]) => !keys.includes(key)));
      return { ...settled(state, keys), view: { ...state.view, drafts }, said: "Saved" };
    }
    case "notSaved": {
      const keys = keysOf(action);
      const notSaved = new Map([...state.notSaved, ...keys.map((key) => [key, action.error] as const)]);
      return { ...settled(state, keys), notSaved, said: action.error.message };
    }
    case "say":
      return { ...state, said: action.words };
  }
}

/** The encoders that are shown, in the order of the choice; one that is gone is left out. */
export const shownEncoders = ({ spec, encoders }: State): readonly CardEncoder[] =>
  (spec?.encoders ?? []).flatMap((id) => encoders.find((encoder) => encoder.id === id) ?? []);

const keysOf = ({ id, fields }: { readonly id: string; readonly fields: readonly CardField[] }): readonly string[] =>
  fields.map((field) => draftKey(id, field));

function withDraft(state: State, key: string, text: string | null): State {
  const others = Object.fromEntries(Object.entries(state.view.drafts).filter(([other]) => other !== key));
  const drafts = text === null ? others : { ...others, [key]: text };
  return { ...state, notSaved: without(state.notSaved, [key]), view: { ...state.view, drafts } };
}

const settled = (state: State, keys: readonly string[]): State => ({
  ...state,
  saving: new Set([...state.saving].filter((key) => !keys.includes(key))),
  notSaved: without(state.notSaved, keys),
});

const without = <T>(all: ReadonlyMap<string, T>, keys: readonly string[]): ReadonlyMap<string, T> =>
  new Map([...all].filter(([key]) => !keys.includes(key)));

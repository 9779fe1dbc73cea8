import { seededRandom } from "../../src/core/base/random.ts";
import { CAUSES, type Cause, type EncoderCard, type Fact } from "../../src/core/encoders/card.ts";
import {
  BM25,
  type DuplicatePair,
  type FoundText,
  type Hit,
  type Hub,
  type IndexStatus,
  type PanelEncoder,
  type Place,
  type Query,
  type ScoreScale,
  type SearchSpec,
  type ToNeighbours,
} from "../../src/protocol/neighboursPanel.ts";

/** A text of a made-up workspace. */
export interface Piece {
  readonly label: string;
  readonly path: string;
  readonly languageId: string;
  /** Its first line, from 0. */
  readonly line: number;
  readonly content: string;
}

export const pieces = (n: number): Piece[] =>
  Array.from({ length: n }, (_, index) => ({
    label: `segment${index}`,
    path: `src/file${index}.ts`,
    languageId: "typescript",
    line: index,
    content: Array.from({ length: 8 }, (__, line) => `  line ${line} of ${index}`).join("\n"),
  }));

export const placeOf = ({ label, path, languageId, line, content }: Piece): Place => ({
  file: `/w/${path}`,
  path,
  languageId,
  range: { start: { line, character: 0 }, end: { line: line + content.split("\n").length - 1, character: 0 } },
  label,
  kind: "function",
});

const card = (dimensions: number, layers: number): EncoderCard => ({
  causes: Object.fromEntries(CAUSES.map((cause) => [cause, { value: "unknown" }])) as Record<Cause, Fact>,
  dimensions,
  maxTokens: null,
  pooling: "mean",
  normalized: true,
  prompts: {},
  parameters: 1,
  layers,
  licence: { value: "MIT" },
});

export const encodersNamed = (names: readonly string[]): PanelEncoder[] =>
  names.map((name, at) => ({ id: name, name, state: "loaded", card: card(at === 1 ? 100 : 384, at === 1 ? 0 : 3 + 3 * at) }));

export const specOf = (names: readonly string[], change: Partial<SearchSpec> = {}): SearchSpec => ({
  id: "test",
  title: "LruCache.get",
  what: { kind: "neighbours", query: { kind: "words", text: "keep what was used last" } },
  encoders: names.map((id) => ({ id })),
  k: 10,
  filter: {},
  atLeast: 2,
  source: "workspace",
  kept: false,
  ...change,
});

export const begin = (names: readonly string[], change: Partial<SearchSpec> = {}, revision = 1): ToNeighbours => ({
  type: "begin",
  revision,
  spec: specOf(names, change),
  encoders: encodersNamed(names),
  shared: change.source === "shared",
});

/** Bell-shaped, as cosines of random pairs are. */
export function scaleAround(median: number, spread: number): ScoreScale {
  const bins = 64;
  const [low, high] = [Math.max(-1, median - 2.5 * spread), Math.min(1, median + 3 * spread)];
  const histogram = Array.from({ length: bins }, (_, bin) => {
    const middle = low + ((bin + 0.5) / bins) * (high - low);
    return Math.round(2000 * Math.exp(-(((middle - median) / spread) ** 2)));
  });
  return { p5: median - 1.2 * spread, median, p95: Math.min(1, median + 1.2 * spread), low, high, histogram };
}

export interface ListParts {
  readonly id: string;
  readonly texts: readonly number[];
  readonly scores?: readonly number[];
  readonly scale?: ScoreScale | null;
  readonly coverage?: { readonly done: number; readonly total: number };
  /** More places of some texts. */
  readonly also?: Readonly<Record<number, readonly Place[]>>;
}

/** One list: the named texts, in that order. */
export function outcome(all: readonly Piece[], parts: ListParts, revision = 1): ToNeighbours {
  const { id, texts, scores, also } = parts;
  const scale = parts.scale === undefined ? (id === BM25 ? null : scaleAround(0.2, 0.15)) : parts.scale;
  return {
    type: "outcome",
    revision,
    outcome: {
      id,
      ok: true,
      hits: texts.map((text, rank): Hit => ({
        text,
        score: scores?.[rank] ?? (id === BM25 ? 14 - rank : 0.9 - rank * 0.05),
        percentile: id === BM25 ? null : 0.999,
        places: [placeOf(all[text]!), ...(also?.[text] ?? [])],
        content: all[text]!.content,
      })),
      scale,
      coverage: parts.coverage ?? { done: 540, total: 540 },
      ms: 3,
    },
  };
}

export const finished = (
  query: Partial<Extract<Extract<ToNeighbours, { type: "finished" }>["result"], { kind: "neighbours" }>["query"]> = {},
  revision = 1,
): ToNeighbours => ({
  type: "finished",
  revision,
  result: {
    kind: "neighbours",
    query: { label: "query", content: "keep what was used last", ...query },
    files: 84,
    segments: 1540,
  },
});

/** A finished search of four lists over the first dozen pieces, with a shared, a moved and a lonely text. */
export const searchMessages = (all: readonly Piece[] = pieces(12), query?: Query): ToNeighbours[] => [
  begin(["alpha", "beta", "gamma"], query === undefined ? {} : { what: { kind: "neighbours", query } }),
  outcome(all, { id: "alpha", texts: [0, 1, 2, 3] }),
  outcome(all, { id: "beta", texts: [1, 0, 4, 2] }),
  outcome(all, { id: "gamma", texts: [0, 2, 5, 1] }),
  outcome(all, { id: BM25, texts: [6, 0, 4, 7] }),
  ...["alpha", "beta", "gamma", BM25].map((id): ToNeighbours => ({ type: "lines", revision: 1, id, lines: [4, 0, 7, -1] })),
  finished(),
];

export const indexStatus = (change: Partial<IndexStatus> = {}): IndexStatus => ({
  state: "idle",
  storage: { kind: "disk", bytes: 1 },
  files: 84,
  segments: 1540,
  texts: 1500,
  languages: ["go", "markdown", "python", "typescript"],
  skipped: [],
  encoders: [],
  ...change,
});

const found = (all: readonly Piece[], text: number, also: readonly Place[] = []): FoundText => ({
  text,
  places: [placeOf(all[text]!), ...also],
  content: all[text]!.content,
});

export function hubsMessages(all: readonly Piece[], names: readonly string[], skewness: readonly number[]): ToNeighbours[] {
  const random = seededRandom(3);
  const hubs = all.map((_, text): Hub => ({
    ...found(all, text),
    occurrences: Object.fromEntries(
      names.map((name, at) => [name, Math.round(10 + (skewness[at]! * 90 * (0.6 + random())) / (1 + text * 0.35))]),
    ),
  }));
  return [
    begin(names, { what: { kind: "hubs" }, title: "Hubs" }),
    {
      type: "finished",
      revision: 1,
      result: {
        kind: "hubs",
        k: 10,
        texts: 1500,
        skewness: Object.fromEntries(names.map((name, at) => [name, skewness[at]!])),
        hubs,
        failed: [],
      },
    },
  ];
}

/** Pairs of pieces 0-1, 2-3 …; the last piece stands in three places. */
export function duplicatesMessages(all: readonly Piece[], names: readonly string[]): ToNeighbours[] {
  const last = all.length - 1;
  const copies = ["lib/copied.ts", "vendor/again.ts"].map((path) => placeOf({ ...all[last]!, path }));
  const pairs = Array.from({ length: Math.floor(last / 2) }, (_, pair): DuplicatePair => ({
    a: found(all, pair * 2),
    b: found(all, pair * 2 + 1),
    closeness: Object.fromEntries(
      names.flatMap((name, at) => (at > 1 && pair % 2 === 1 ? [] : [[name, 0.97 - pair * 0.02 - at * 0.03]])),
    ),
  }));
  return [
    begin(names, { what: { kind: "duplicates" }, title: "Near-duplicates" }),
    {
      type: "finished",
      revision: 1,
      result: {
        kind: "duplicates",
        texts: 1500,
        atLeast: 2,
        pairs: [{ a: found(all, last, copies), closeness: Object.fromEntries(names.map((name) => [name, 1])) }, ...pairs],
        failed: [],
      },
    },
  ];
}

import * as v from "valibot";

import { POOLINGS, PRECISIONS } from "../../core/encoders/card.ts";
import type { FromNeighbours, SearchSpec } from "../../protocol/neighboursPanel.ts";
import { PAGE_COMMANDS } from "../panel/messages.ts";

/** Most neighbours a search gives per encoder. */
export const MAX_K = 100;
/** Longer queries are cut: no encoder reads this far. */
export const MAX_QUERY_CHARACTERS = 20_000;

const COUNT = v.pipe(v.number(), v.integer(), v.minValue(0));
const POSITION = v.object({ line: COUNT, character: COUNT });
const RANGE = v.object({ start: POSITION, end: POSITION });
const K = v.pipe(v.number(), v.integer(), v.minValue(1), v.maxValue(MAX_K));
const TEXT = v.pipe(v.string(), v.maxLength(MAX_QUERY_CHARACTERS));
const SOURCE = v.picklist(["workspace", "shared"]);
const FILTER = v.object({
  path: v.exactOptional(v.string()),
  languages: v.exactOptional(v.array(v.string())),
  otherFiles: v.exactOptional(v.boolean()),
});
const QUERY = v.variant("kind", [
  v.object({ kind: v.literal("words"), text: TEXT }),
  v.object({
    kind: v.literal("passage"),
    text: TEXT,
    at: v.exactOptional(v.object({ path: v.string(), range: RANGE })),
  }),
  v.object({ kind: v.literal("place"), path: v.string(), position: POSITION }),
]);
const PLACE = { file: v.string(), range: RANGE };

const FROM_NEIGHBOURS = v.variant("type", [
  v.object({ type: v.literal("ready") }),
  v.object({
    type: v.literal("search"),
    words: v.exactOptional(TEXT),
    encoders: v.exactOptional(v.array(v.string())),
    k: v.exactOptional(K),
    filter: v.exactOptional(FILTER),
    atLeast: v.exactOptional(v.pipe(COUNT, v.minValue(1))),
    source: v.exactOptional(SOURCE),
  }),
  v.object({ type: v.literal("cancel") }),
  v.object({ type: v.literal("keep"), kept: v.boolean() }),
  v.object({ type: v.literal("open"), ...PLACE, preserveFocus: v.boolean() }),
  v.object({ type: v.literal("copy"), text: v.string() }),
  v.object({ type: v.literal("neighboursOf"), ...PLACE }),
  v.object({ type: v.literal("compare"), places: v.pipe(v.array(v.object(PLACE)), v.minLength(1)) }),
  v.object({ type: v.literal("startIndexing") }),
  ...PAGE_COMMANDS,
]);

const SPEC = v.object({
  id: v.string(),
  title: v.string(),
  what: v.variant("kind", [
    v.object({ kind: v.literal("neighbours"), query: QUERY }),
    v.object({ kind: v.literal("hubs") }),
    v.object({ kind: v.literal("duplicates") }),
  ]),
  encoders: v.array(
    v.object({
      id: v.string(),
      precision: v.exactOptional(v.picklist(PRECISIONS)),
      layer: v.exactOptional(COUNT),
      pooling: v.exactOptional(v.picklist(POOLINGS)),
    }),
  ),
  k: K,
  filter: FILTER,
  atLeast: v.pipe(COUNT, v.minValue(1)),
  source: SOURCE,
  kept: v.boolean(),
});

/** undefined for what no page of ours would say. */
export function parseMessage(data: unknown): FromNeighbours | undefined {
  const parsed = v.safeParse(FROM_NEIGHBOURS, data);
  return parsed.success ? parsed.output : undefined;
}

/** The search a panel was of before the window was reloaded. */
export function parseSavedSpec(state: unknown): SearchSpec | undefined {
  const parsed = v.safeParse(v.object({ spec: SPEC }), state);
  return parsed.success ? parsed.output.spec : undefined;
}

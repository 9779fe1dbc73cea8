import * as v from "valibot";

import type { ToNeighbours } from "../../src/protocol/neighboursPanel.ts";

const REVISION = v.number();
const OBJECT = v.looseObject({});
const RANGE = v.looseObject({ start: v.looseObject({ line: v.number() }), end: v.looseObject({ line: v.number() }) });
const PLACE = v.looseObject({ file: v.string(), path: v.string(), label: v.string(), range: RANGE });
const PLACES = v.pipe(v.array(PLACE), v.minLength(1));
const ERROR = v.looseObject({ message: v.string() });
const FOUND = v.looseObject({ places: PLACES, content: v.string() });
const PER_ENCODER = v.record(v.string(), v.number());
const FAILED = v.array(v.looseObject({ id: v.string(), error: ERROR }));
const SCALE = v.looseObject({
  p5: v.number(),
  median: v.number(),
  p95: v.number(),
  low: v.number(),
  high: v.number(),
  histogram: v.array(v.number()),
});
const SHARE = v.looseObject({ done: v.number(), total: v.number() });

/** What the page relies on. Inner parts are made by our own engine; that they are there at all is what is checked. */
const TO_NEIGHBOURS = v.variant("type", [
  v.looseObject({
    type: v.literal("begin"),
    revision: REVISION,
    spec: v.looseObject({
      what: v.looseObject({ kind: v.picklist(["neighbours", "hubs", "duplicates"]) }),
      encoders: v.array(OBJECT),
    }),
    encoders: v.array(OBJECT),
    shared: v.boolean(),
  }),
  v.looseObject({
    type: v.literal("index"),
    status: v.looseObject({
      state: v.picklist(["closed", "idle", "scanning", "embedding", "paused"]),
      texts: v.number(),
      encoders: v.array(v.looseObject({ id: v.string(), done: v.number(), total: v.number() })),
    }),
  }),
  v.looseObject({
    type: v.literal("outcome"),
    revision: REVISION,
    outcome: v.variant("ok", [
      v.looseObject({
        id: v.string(),
        ok: v.literal(true),
        hits: v.array(v.looseObject({ text: v.number(), score: v.number(), places: PLACES, content: v.string() })),
        scale: v.nullable(SCALE),
        coverage: SHARE,
      }),
      v.looseObject({ id: v.string(), ok: v.literal(false), error: ERROR }),
    ]),
  }),
  v.looseObject({ type: v.literal("lines"), revision: REVISION, id: v.string(), lines: v.array(v.number()) }),
  v.looseObject({
    type: v.literal("finished"),
    revision: REVISION,
    result: v.variant("kind", [
      v.looseObject({ kind: v.literal("neighbours"), query: v.looseObject({ label: v.string(), content: v.string() }) }),
      v.looseObject({
        kind: v.literal("hubs"),
        k: v.number(),
        texts: v.number(),
        skewness: PER_ENCODER,
        hubs: v.array(v.looseObject({ ...FOUND.entries, occurrences: PER_ENCODER })),
        failed: FAILED,
      }),
      v.looseObject({
        kind: v.literal("duplicates"),
        texts: v.number(),
        pairs: v.array(v.looseObject({ a: FOUND, b: v.optional(FOUND), closeness: PER_ENCODER })),
        failed: FAILED,
      }),
    ]),
  }),
  v.looseObject({ type: v.literal("progress"), revision: REVISION, done: v.number(), total: v.number() }),
  v.looseObject({ type: v.literal("failed"), revision: REVISION, error: ERROR }),
]);

/** undefined for what is no message to this page; the editor itself sends such too. */
export function parseMessage(data: unknown): ToNeighbours | undefined {
  return isMessage(data) ? data : undefined;
}

const isMessage = (data: unknown): data is ToNeighbours => v.is(TO_NEIGHBOURS, data);

import * as v from "valibot";

import type { ToPanel } from "../src/protocol/panel.ts";

const REVISION = v.number();
const OBJECT = v.looseObject({});

/** What the panel relies on. Inner parts are made by our own engine; that they are there at all is what is checked. */
const TO_PANEL = v.variant("type", [
  v.looseObject({
    type: v.literal("begin"),
    revision: REVISION,
    spec: v.looseObject({ sources: v.array(OBJECT) }),
    encoders: v.array(OBJECT),
  }),
  v.looseObject({ type: v.literal("encoders"), encoders: v.array(OBJECT) }),
  v.looseObject({
    type: v.literal("segments"),
    revision: REVISION,
    segments: v.array(v.looseObject({ label: v.string(), preview: v.string() })),
  }),
  v.looseObject({
    type: v.literal("progress"),
    revision: REVISION,
    id: v.string(),
    phase: v.picklist(["waiting", "loading", "embedding"]),
    done: v.number(),
    total: v.number(),
  }),
  v.looseObject({ type: v.literal("outcome"), revision: REVISION, outcome: v.looseObject({ id: v.string(), ok: v.boolean() }) }),
  v.looseObject({
    type: v.literal("finished"),
    revision: REVISION,
    agreement: v.array(OBJECT),
    clusteredOrder: v.instance(Uint32Array),
  }),
  v.looseObject({ type: v.literal("failed"), revision: REVISION, error: v.looseObject({ message: v.string() }) }),
  v.looseObject({ type: v.literal("stale"), revision: REVISION, sources: v.array(v.number()) }),
]);

/** undefined for what is no message to the panel; the editor itself sends such too. */
export function parseMessage(data: unknown): ToPanel | undefined {
  return isMessage(data) ? data : undefined;
}

const isMessage = (data: unknown): data is ToPanel => v.is(TO_PANEL, data);

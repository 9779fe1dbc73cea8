import * as v from "valibot";

import type { ToCards } from "../../src/protocol/cardsPanel.ts";

const OBJECT = v.looseObject({});
const ERROR = v.looseObject({ message: v.string() });
const FIELDS = { id: v.string(), fields: v.array(v.string()) };

/** What the page relies on. Inner parts are made by our own host; that they are there at all is what is checked. */
const TO_CARDS = v.variant("type", [
  v.looseObject({
    type: v.literal("show"),
    spec: v.looseObject({ kind: v.picklist(["card", "comparison"]), encoders: v.array(v.string()) }),
    encoders: v.array(v.looseObject({ id: v.string(), name: v.string(), card: OBJECT, precisions: v.array(OBJECT) })),
    details: v.nullable(v.looseObject({ id: v.string(), published: OBJECT, files: v.array(OBJECT) })),
    reports: v.array(v.looseObject({ id: v.string(), title: v.string(), lines: v.array(OBJECT) })),
  }),
  v.looseObject({ type: v.literal("saved"), ...FIELDS }),
  v.looseObject({ type: v.literal("notSaved"), ...FIELDS, error: ERROR }),
  v.looseObject({ type: v.literal("failed"), error: ERROR }),
]);

/** undefined for what is no message to the page; the editor itself sends such too. */
export function parseMessage(data: unknown): ToCards | undefined {
  return isMessage(data) ? data : undefined;
}

const isMessage = (data: unknown): data is ToCards => v.is(TO_CARDS, data);

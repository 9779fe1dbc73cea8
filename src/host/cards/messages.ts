import * as v from "valibot";

import { CARD_FIELDS, MAX_FACT } from "../../core/encoders/editedCard.ts";
import type { CardsSpec, FromCards } from "../../protocol/cardsPanel.ts";
import { PAGE_COMMANDS } from "../panel/messages.ts";

/** Most cards a page compares; wider tables nobody reads. */
const MAX_COMPARED = 100;

const ID = v.pipe(v.string(), v.minLength(1));
const IDS = v.pipe(v.array(ID), v.minLength(1), v.maxLength(MAX_COMPARED));

const FROM_CARDS = v.variant("type", [
  v.object({ type: v.literal("ready") }),
  v.object({
    type: v.literal("edit"),
    id: ID,
    changes: v.strictObject(
      v.entriesFromList(CARD_FIELDS, v.exactOptional(v.nullable(v.pipe(v.string(), v.maxLength(2 * MAX_FACT))))),
    ),
  }),
  v.object({ type: v.literal("choose"), encoders: IDS }),
  v.object({ type: v.literal("compareCards"), encoders: IDS }),
  v.object({ type: v.literal("copy"), text: v.string(), format: v.picklist(["Markdown", "CSV"]) }),
  v.object({ type: v.literal("revealFolder") }),
  v.object({ type: v.literal("runReport"), report: ID }),
  ...PAGE_COMMANDS,
]);

/** undefined for what no page of ours would say. */
export function parseMessage(data: unknown): FromCards | undefined {
  const parsed = v.safeParse(FROM_CARDS, data);
  return parsed.success ? parsed.output : undefined;
}

const SPEC = v.object({ kind: v.picklist(["card", "comparison"]), encoders: IDS });

/** What a page showed before the window was reloaded. */
export function parseSavedSpec(state: unknown): CardsSpec | undefined {
  const parsed = v.safeParse(v.object({ spec: SPEC }), state);
  return parsed.success ? parsed.output.spec : undefined;
}

import * as v from "valibot";

import { SPLIT_MODES } from "../../core/text/segment.ts";
import type { ComparisonSpec, FromPanel } from "../../protocol/panel.ts";

/** What any page may say: see pageCommands.ts. */
export const PAGE_COMMANDS = [
  v.object({ type: v.literal("openCard"), id: v.pipe(v.string(), v.minLength(1)) }),
  v.object({ type: v.literal("chooseEncoders") }),
  v.object({ type: v.literal("openLog") }),
] as const;

const FROM_PANEL = v.variant("type", [
  v.object({ type: v.literal("ready") }),
  v.object({ type: v.literal("compare"), split: v.picklist(SPLIT_MODES), encoders: v.array(v.string()) }),
  v.object({ type: v.literal("cancel") }),
  v.object({
    type: v.literal("reveal"),
    revision: v.number(),
    segments: v.pipe(v.array(v.number()), v.minLength(1), v.maxLength(2)),
    preserveFocus: v.boolean(),
  }),
  ...PAGE_COMMANDS,
]);

const POSITION = v.object({ line: v.number(), character: v.number() });
const SPEC = v.object({
  id: v.string(),
  title: v.string(),
  sources: v.array(
    v.object({
      uri: v.string(),
      path: v.string(),
      languageId: v.exactOptional(v.string()),
      ranges: v.exactOptional(v.array(v.object({ start: POSITION, end: POSITION }))),
    }),
  ),
  split: v.picklist(SPLIT_MODES),
  encoders: v.array(v.object({ id: v.string() })),
});

/** undefined for what no panel of ours would say. */
export function parseMessage(data: unknown): FromPanel | undefined {
  const parsed = v.safeParse(FROM_PANEL, data);
  return parsed.success ? parsed.output : undefined;
}

/** The comparison a panel was of before the window was reloaded. */
export function parseSavedSpec(state: unknown): ComparisonSpec | undefined {
  const parsed = v.safeParse(v.object({ spec: SPEC }), state);
  return parsed.success ? parsed.output.spec : undefined;
}

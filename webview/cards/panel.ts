import { render } from "lit-html";
import * as v from "valibot";

import { GROUPINGS } from "../../src/core/encoders/causeGroups.ts";
import type { FromCards } from "../../src/protocol/cardsPanel.ts";
import type { Connection } from "../connection.ts";
import { pageLoop } from "../pageLoop.ts";
import { savedView } from "../savedView.ts";
import { registerWidgets } from "../ui.ts";
import { parseMessage } from "./messages.ts";
import { initialState, reduce, type SavedState } from "./state.ts";
import { page } from "./views/page.ts";

/** Shows the page of cards in `root` and returns how to hand it messages. */
export function mountCards(root: HTMLElement, connection: Connection<FromCards, SavedState>): (message: unknown) => void {
  registerWidgets();
  const { send } = connection;
  let open: ReadonlySet<string> | undefined;
  const loop = pageLoop(initialState(savedView(connection.saved, VIEW)), reduce, connection.save, (state, act) => {
    render(page(state, { act, send }), root);
    if (state.spec !== null) open = followFocus(root, open);
  });

  return (data) => {
    const message = parseMessage(data);
    if (message !== undefined) loop.act(message);
  };
}

const VIEW = v.object({
  onlyDifferent: v.exactOptional(v.boolean()),
  against: v.exactOptional(v.nullable(v.string())),
  grouping: v.exactOptional(v.picklist(GROUPINGS)),
  drafts: v.exactOptional(v.record(v.string(), v.string())),
});

/**
 * A box that somebody opened takes the focus; one that closes gives it back to the button that opened it. Boxes that are there
 * from the beginning, after a reload, take nothing.
 */
function followFocus(root: HTMLElement, before: ReadonlySet<string> | undefined): ReadonlySet<string> {
  const boxes = [...root.querySelectorAll<HTMLElement>("textarea[data-field]")];
  const open = new Set(boxes.map(({ dataset }) => dataset["field"]!));
  if (before === undefined) return open;
  const opened = boxes.filter(({ dataset }) => !before.has(dataset["field"]!));
  if (opened.length === 1) opened[0]!.focus();
  const closed = [...before].filter((field) => !open.has(field));
  const lost = document.activeElement === null || document.activeElement === document.body;
  if (closed.length === 1 && lost) root.querySelector<HTMLElement>(`[data-edit="${CSS.escape(closed[0]!)}"]`)?.focus();
  return open;
}

import { render } from "lit-html";
import * as v from "valibot";

import { GROUPINGS } from "../../src/core/encoders/causeGroups.ts";
import type { FromNeighbours, Place } from "../../src/protocol/neighboursPanel.ts";
import type { Connection } from "../connection.ts";
import { pageLoop } from "../pageLoop.ts";
import { savedView } from "../savedView.ts";
import { registerWidgets } from "../ui.ts";
import { rowKey, walksOf } from "./keys.ts";
import { parseMessage } from "./messages.ts";
import { initialState, reduce, type SavedState, type State } from "./state.ts";
import { neighboursOf, open } from "./views/acts.ts";
import { page } from "./views/page.ts";
import { placeWords } from "./words.ts";

interface RowAt {
  readonly column: string;
  readonly row: number;
}

/** Shows the neighbours panel in `root` and returns how to hand it messages. */
export function mountNeighbours(
  root: HTMLElement,
  connection: Connection<FromNeighbours, SavedState>,
): (message: unknown) => void {
  registerWidgets();
  /** Where the keyboard was last: Escape in a box leads back there. */
  let last: RowAt | undefined;
  const { send } = connection;
  const loop = pageLoop(initialState(savedView(connection.saved, VIEW)), reduce, connection.save, (state, act) => {
    render(page(state, { act, send }), root);
  });
  const { act } = loop;
  const focusRow = ({ column, row }: RowAt): void => {
    const found = rowButton(root, column, row);
    found?.focus();
    found?.scrollIntoView({ block: "nearest" });
  };

  root.addEventListener("pointerover", (event) => {
    act({ type: "text", text: textAt(loop.state, rowOf(event.target)) });
  });
  root.addEventListener("pointerleave", () => {
    act({ type: "text", text: textAt(loop.state, rowOf(document.activeElement)) });
  });
  root.addEventListener("focusin", (event) => {
    const at = rowOf(event.target);
    if (at === undefined) return;
    last = at;
    act({ type: "row", ...at });
    act({ type: "text", text: textAt(loop.state, at) });
  });
  root.addEventListener("focusout", () => {
    act({ type: "text", text: null });
  });
  root.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing) return;
    const typing = event.target instanceof HTMLInputElement && event.target.type === "text";
    if (event.key === "/" && !typing) {
      const box = root.querySelector<HTMLInputElement>("#query") ?? root.querySelector<HTMLInputElement>("#filter");
      box?.focus();
      box?.select();
    } else if (event.key === "Escape" && !isRow(event.target)) {
      closeMenus(root, null);
      focusRow(last ?? firstRow(loop.state) ?? { column: "", row: 0 });
    } else if (!isRow(event.target) || !onRow(event.key, event.target)) return;
    event.preventDefault();
  });
  root.addEventListener("pointerdown", (event) => {
    closeMenus(root, event.target);
  });

  /** Whether the key meant something. */
  const onRow = (key: string, target: HTMLElement): boolean => {
    const at = rowOf(target)!;
    const asked = rowKey(key, walksOf(loop.state), at);
    if (asked === undefined) return false;
    const place = placeAt(loop.state, at);
    switch (asked.kind) {
      case "go":
        focusRow(asked);
        break;
      case "toggle":
        // The two sides of a pair unfold together.
        act({ type: "toggle", part: asked.part, column: at.column === "right" ? "left" : at.column, row: at.row });
        break;
      case "open":
        if (place !== undefined) open(send, place, false);
        break;
      case "neighbours":
        if (place !== undefined) neighboursOf(send, place);
        break;
      case "copy":
        if (place !== undefined) send({ type: "copy", text: placeWords(place) });
        act({ type: "say", words: "Path copied" });
        break;
      case "back":
        target.blur();
        break;
    }
    return true;
  };

  return (data) => {
    const message = parseMessage(data);
    if (message !== undefined) act(message);
  };
}

const VIEW = v.object({
  text: v.exactOptional(v.boolean()),
  grouping: v.exactOptional(v.picklist(GROUPINGS)),
});

const isRow = (target: EventTarget | null): target is HTMLElement => target instanceof HTMLElement && target.matches(".hit");

const rowButton = (root: HTMLElement, column: string, row: number): HTMLElement | null =>
  root.querySelector<HTMLElement>(`.hit[data-column="${CSS.escape(column)}"][data-row="${row}"]`);

/** The row that an element stands in. */
function rowOf(target: EventTarget | null): RowAt | undefined {
  const row = target instanceof Element ? target.closest("li.row, tr.row, .side") : null;
  const button = row?.querySelector<HTMLElement>(".hit");
  const column = button?.dataset["column"];
  return column === undefined ? undefined : { column, row: Number(button!.dataset["row"]) };
}

const textAt = (state: State, at: RowAt | undefined): number | null =>
  (at === undefined ? undefined : walksOf(state).find(({ id }) => id === at.column)?.texts[at.row]) ?? null;

function firstRow(state: State): RowAt | undefined {
  const [first] = walksOf(state);
  return first === undefined ? undefined : { column: first.id, row: state.rows.get(first.id) ?? 0 };
}

/** Where a row's text stands. */
function placeAt({ columns, result }: State, { column, row }: RowAt): Place | undefined {
  if (result?.kind === "hubs") return result.hubs[row]?.places[0];
  if (result?.kind === "duplicates") {
    const pair = result.pairs[row];
    return column === "right" ? (pair?.b?.places[0] ?? pair?.a.places[1]) : pair?.a.places[0];
  }
  const list = columns.get(column);
  return list?.kind === "done" ? list.found.hits[row]?.places[0] : undefined;
}

/** Closes lists that hang open, but the one that was pressed. */
function closeMenus(root: HTMLElement, pressed: EventTarget | null): void {
  for (const menu of root.querySelectorAll<HTMLDetailsElement>("details.menu[open]"))
    if (!(pressed instanceof Node && menu.contains(pressed))) menu.open = false;
}

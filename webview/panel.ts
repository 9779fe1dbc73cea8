import { render } from "lit-html";
import * as v from "valibot";

import { GROUPINGS } from "../src/core/encoders/causeGroups.ts";
import type { FromPanel } from "../src/protocol/panel.ts";
import type { Connection } from "./connection.ts";
import { parseMessage } from "./messages.ts";
import { pageLoop } from "./pageLoop.ts";
import { savedView } from "./savedView.ts";
import { initialState, reduce, shownOrder, type Cell, type SavedState, type State } from "./state.ts";
import { registerWidgets } from "./ui.ts";
import { cellsDiffer, draw } from "./views/draw.ts";
import { hitTest } from "./views/heatmap.ts";
import { page } from "./views/page.ts";

/** Shows the panel in `root` and returns how to hand it messages. */
export function mountPanel(root: HTMLElement, connection: Connection<FromPanel, SavedState>): (message: unknown) => void {
  registerWidgets();
  let drawn: State | undefined;
  const loop = pageLoop(initialState(savedView(connection.saved, VIEW)), reduce, connection.save, (state, act) => {
    render(page(state, { act, send: connection.send }), root);
    draw(root, state, drawn === undefined || cellsDiffer(drawn, state));
    drawn = state;
    placeTip(root, state);
  });
  const { act } = loop;
  const redraw = (): void => {
    drawn = undefined;
    loop.repaint();
  };

  const reveal = (cell: Cell): void => {
    connection.send({
      type: "reveal",
      revision: loop.state.revision,
      segments: cell.i === cell.j ? [cell.i] : [cell.i, cell.j],
      preserveFocus: true,
    });
  };
  root.addEventListener("pointermove", (event) => {
    const cell = cellAt(event, loop.state);
    if (cell?.i === loop.state.cell?.i && cell?.j === loop.state.cell?.j) return;
    act({ type: "cell", cell });
  });
  root.addEventListener("pointerleave", () => {
    act({ type: "cell", cell: null });
  });
  root.addEventListener("click", (event) => {
    const cell = cellAt(event, loop.state);
    if (cell === null) return;
    act({ type: "segment", segment: cell.i });
    reveal(cell);
  });
  root.addEventListener("keydown", (event) => {
    if (!(event.target instanceof HTMLElement) || !event.target.matches(".plot[data-encoder]")) {
      if (event.key === "Escape") act({ type: "view", change: { table: false } });
      return;
    }
    const cell = loop.state.cell ?? { i: loop.state.segment, j: loop.state.segment };
    const moved = move(event, cell, shownOrder(loop.state));
    if (moved !== undefined) {
      act({ type: "cell", cell: moved });
      act({ type: "segment", segment: moved.i });
    } else if (event.key === "Enter") reveal(cell);
    else if (event.key === "n" || event.key === "N") root.querySelector<HTMLElement>("#neighbours")?.focus();
    else if (event.key === "t" || event.key === "T") act({ type: "view", change: { table: true } });
    else if (event.key === "Escape") {
      act({ type: "cell", cell: null });
      event.target.blur();
    } else return;
    event.preventDefault();
  });
  new ResizeObserver(redraw).observe(root);
  new MutationObserver(redraw).observe(document.body, { attributes: true, attributeFilter: ["class"] });

  return (data) => {
    const message = parseMessage(data);
    if (message !== undefined) act(message);
  };
}

const VIEW = v.object({
  scale: v.exactOptional(v.picklist(["cosine", "percentile"])),
  order: v.exactOptional(v.picklist(["text", "clustered"])),
  difference: v.exactOptional(v.nullable(v.string())),
  table: v.exactOptional(v.boolean()),
  grouping: v.exactOptional(v.picklist(GROUPINGS)),
});

function cellAt(event: MouseEvent, state: State): Cell | null {
  const plot = event.target instanceof Element ? event.target.closest<HTMLElement>(".plot[data-encoder]") : null;
  if (plot === null) return null;
  const box = plot.getBoundingClientRect();
  return hitTest(event.clientX - box.left, event.clientY - box.top, box.width, shownOrder(state));
}

/** The cell a key leads to; undefined for other keys. */
function move(event: KeyboardEvent, { i, j }: Cell, order: readonly number[]): Cell | undefined {
  const [row, column] = [order.indexOf(i), order.indexOf(j)];
  const step = event.ctrlKey ? 10 : 1;
  const last = order.length - 1;
  const go = (toRow: number, toColumn: number): Cell => ({
    i: order[Math.max(0, Math.min(last, toRow))]!,
    j: order[Math.max(0, Math.min(last, toColumn))]!,
  });
  switch (event.key) {
    case "ArrowUp":
      return go(row - step, column);
    case "ArrowDown":
      return go(row + step, column);
    case "ArrowLeft":
      return go(row, column - step);
    case "ArrowRight":
      return go(row, column + step);
    case "PageUp":
      return go(row - 10, column);
    case "PageDown":
      return go(row + 10, column);
    case "Home":
      return go(row, 0);
    case "End":
      return go(row, last);
    default:
      return undefined;
  }
}

/** Beside the cell, never over its row or column where there is room. */
function placeTip(root: HTMLElement, state: State): void {
  const tip = root.querySelector<HTMLElement>("#tip");
  if (tip === null) return;
  const focused = document.activeElement?.closest<HTMLElement>(".plot[data-encoder]");
  const plot = root.querySelector<HTMLElement>(".plot[data-encoder]:hover") ?? focused;
  tip.hidden = state.cell === null || plot === null || plot === undefined;
  if (tip.hidden || state.cell === null || plot === null || plot === undefined) return;
  const order = shownOrder(state);
  const box = plot.getBoundingClientRect();
  const step = box.width / order.length;
  const gap = 12;
  const x = box.left + (order.indexOf(state.cell.j) + 1) * step + gap;
  const y = box.top + (order.indexOf(state.cell.i) + 1) * step + gap;
  const left = x + tip.offsetWidth > innerWidth ? Math.max(0, x - step - 2 * gap - tip.offsetWidth) : x;
  const top = y + tip.offsetHeight > innerHeight ? Math.max(0, y - step - 2 * gap - tip.offsetHeight) : y;
  tip.style.left = `${left}px`;
  tip.style.top = `${top}px`;
}

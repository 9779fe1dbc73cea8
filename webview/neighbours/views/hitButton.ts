import { html, type TemplateResult } from "lit-html";

import type { Place } from "../../../src/protocol/neighboursPanel.ts";
import { rowAction } from "../../ui.ts";
import type { State } from "../state.ts";
import { placeWords } from "../words.ts";
import { neighboursOf, openers, type Acts } from "./acts.ts";

export interface HitParts {
  /** The column and row that the keyboard finds it by. */
  readonly column: string;
  readonly at: number;
  /** Where it leads. */
  readonly place: Place;
  readonly title?: string;
  /** Of its own layout, not the one of a list of results. */
  readonly plain?: boolean;
}

/** The head of a row: the keyboard stops here, and the pointer opens its place. One per column is a stop of the Tab key. */
export function hitButton(
  state: State,
  send: Acts["send"],
  { column, at, place, title = placeWords(place), plain = false }: HitParts,
  content: TemplateResult,
): TemplateResult {
  const { click, dblclick } = openers(send, place);
  return html`<button
    class="hit ${plain ? "plain" : ""}"
    data-column=${column}
    data-row=${at}
    tabindex=${(state.rows.get(column) ?? 0) === at ? 0 : -1}
    title=${title}
    @click=${click}
    @dblclick=${dblclick}
  >
    ${content}
  </button>`;
}

/** What can be done with a row's place besides opening it. */
export const placeActions = (place: Place, send: Acts["send"]): TemplateResult => html`
  ${rowAction("nearest", "Neighbours of this (n)", () => {
    neighboursOf(send, place);
  })}
  ${rowAction("copy", "Copy path (c)", () => {
    send({ type: "copy", text: placeWords(place) });
  })}
`;

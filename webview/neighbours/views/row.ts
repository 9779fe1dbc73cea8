import { html, nothing, svg, type TemplateResult } from "lit-html";

import { BM25, type Place, type ScoreScale } from "../../../src/protocol/neighboursPanel.ts";
import { moveMark } from "../../views/encoderMarks.ts";
import { rowAction } from "../../ui.ts";
import { closeness } from "../closeness.ts";
import type { Ranked } from "../ranked.ts";
import { nameOf, shows, type State } from "../state.ts";
import { placeWords, signed } from "../words.ts";
import { neighboursOf, openers, type Acts } from "./acts.ts";
import { dot } from "./dot.ts";
import { placeLabel } from "./placeLabel.ts";
import { text } from "./text.ts";

export interface RowParts {
  readonly id: string;
  readonly ranked: Ranked;
  readonly scale: ScoreScale | null;
  /** The best score of the column: BM25's bars are measured by it. */
  readonly best: number;
}

/** So many dots in a row say no more than "all". */
const MANY = 4;

/** One result: where it stands in its list and in the others, its place, and some of its text. */
export function row(state: State, { act, send }: Acts, { id, ranked, scale, best }: RowParts): TemplateResult {
  const { hit, rank, onlyHere, others, line } = ranked;
  const [place, ...more] = hit.places;
  const at = rank - 1;
  // One digit less than cosines have: the sums are larger, and a third digit before the point has to fit too.
  const score = id === BM25 ? hit.score.toFixed(1) : scale === null ? "" : signed(hit.score);
  const open = openers(send, place!);
  const toggle = (part: "text" | "whole" | "places"): void => {
    act({ type: "toggle", part, column: id, row: at });
  };
  return html`
    <button
      class="hit"
      data-column=${id}
      data-row=${at}
      tabindex=${(state.rows.get(id) ?? 0) === at ? 0 : -1}
      title=${titleOf(id, ranked, scale)}
      @click=${open.click}
      @dblclick=${open.dblclick}
    >
      <span class="rank">${rank}</span><span class="score">${score}</span
      ><bdi class="name ${onlyHere ? "only" : ""}">${place!.label}</bdi
      ><span class="move" aria-hidden="true">${moveMark(ranked)}</span>${placeLabel(place!)}<span class="marks"
        >${others.length >= MANY && others.length === state.columns.size - 1 ? "in all" : others.map((other) => dot(state, other))}</span
      >
      <span class="visually-hidden">${spoken(state, ranked)}</span>
      ${bar(id === BM25 ? hit.score / best : scale === null ? 0 : closeness(hit.score, scale.median))}
    </button>
    <span class="row-actions">
      ${rowAction("nearest", "Neighbours of this (n)", () => {
        neighboursOf(send, place!);
      })}
      ${rowAction("copy", "Copy path (c)", () => {
        send({ type: "copy", text: placeWords(place!) });
      })}
      ${rowAction(
        "chevron",
        "Show or hide text (Space)",
        () => {
          toggle("text");
        },
        shows(state, "text", id, at),
      )}
    </span>
    ${
      more.length === 0
        ? nothing
        : html`<button
            class="more"
            tabindex="-1"
            title="The same text in other places (+)"
            aria-expanded=${shows(state, "places", id, at)}
            @click=${() => {
              toggle("places");
            }}
          >
            +${more.length} ${more.length === 1 ? "place" : "places"}
          </button>`
    }
    ${shows(state, "places", id, at) ? placesList(more, send) : nothing}
    ${
      shows(state, "text", id, at)
        ? text({
            content: hit.content,
            start: place!.range.start,
            best: line,
            whole: shows(state, "whole", id, at),
            onWhole: () => {
              toggle("whole");
            },
            onOpen: open.click,
          })
        : nothing
    }
  `;
}

/** Other places of a text. */
export const placesList = (places: readonly Place[], send: Acts["send"]): TemplateResult =>
  html`<ul class="places">
    ${places.map((place) => {
      const { click, dblclick } = openers(send, place);
      return html`<li>
        <button class="place" @click=${click} @dblclick=${dblclick}>
          <bdi class="name">${place.label}</bdi> ${placeLabel(place)}
        </button>
      </li>`;
    })}
  </ul>`;

/** A share as a bar of the encoder's colour. */
export const bar = (share: number): TemplateResult =>
  html`<svg class="share" viewBox="0 0 100 1" preserveAspectRatio="none" aria-hidden="true">
    ${svg`<rect width=${Math.max(0, Math.min(1, share)) * 100} height="1" />`}
  </svg>`;

function titleOf(id: string, { hit }: Ranked, scale: ScoreScale | null): string {
  const away = hit.places[0]!.file === "" ? "\nThis file is not on this machine." : "";
  if (id === BM25)
    return `${placeWords(hit.places[0]!)}\nBM25 ${hit.score.toFixed(2)}: a sum of word weights, good for ranks only${away}`;
  if (scale === null) return `${placeWords(hit.places[0]!)}${away}`;
  const above = hit.percentile === null ? "" : `, above ${sharePercent(hit.percentile)} of random pairs`;
  return `${placeWords(hit.places[0]!)}\ncosine ${signed(hit.score)}${above}\nThe bar runs from the median of random pairs to an equal text${away}`;
}

/** Never 100 %: there is always a pair that could be closer. */
const sharePercent = (share: number): string => `${(Math.min(0.999, share) * 100).toFixed(1)} %`;

/** What marks and arrows show, in words. */
function spoken(state: State, { hit, move, onlyHere, others }: Ranked): string {
  const more = hit.places.length - 1;
  return [
    onlyHere ? "only here" : "",
    move === null || move === 0 ? "" : move > 0 ? `up ${move}` : `down ${-move}`,
    others.length === 0 ? "" : `also in ${others.map((other) => nameOf(state, other)).join(", ")}`,
    more === 0 ? "" : `and in ${more} other ${more === 1 ? "place" : "places"}`,
  ]
    .filter((part) => part !== "")
    .join(", ");
}

import { html, nothing, svg, type TemplateResult } from "lit-html";

import { BM25, type ScoreScale } from "../../../src/protocol/neighboursPanel.ts";
import { moveMark } from "../../views/encoderMarks.ts";
import { rowAction } from "../../ui.ts";
import { closeness } from "../closeness.ts";
import type { Ranked } from "../ranked.ts";
import { nameOf, shows, type State } from "../state.ts";
import { placeWords, signed } from "../words.ts";
import { openers, type Acts } from "./acts.ts";
import { dot } from "./dot.ts";
import { hitButton, placeActions } from "./hitButton.ts";
import { placeLabel } from "./placeLabel.ts";
import { morePlaces } from "./places.ts";
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
  const toggle = (part: "text" | "whole" | "places"): void => {
    act({ type: "toggle", part, column: id, row: at });
  };
  return html`
    ${hitButton(
      state,
      send,
      { column: id, at, place: place!, title: titleOf(id, ranked, scale) },
      html`<span class="rank">${rank}</span><span class="score">${score}</span
        ><bdi class="name ${onlyHere ? "only" : ""}">${place!.label}</bdi
        ><span class="move" aria-hidden="true">${moveMark(ranked)}</span
        ><span class="under"
          >${placeLabel(place!)}<span class="marks"
            >${others.length >= MANY && others.length === state.columns.size - 1 ? "in all" : others.map((other) => dot(state, other))}</span
          ></span
        >
        <span class="visually-hidden">${spoken(state, ranked)}</span>
        ${bar(id === BM25 ? hit.score / best : scale === null ? 0 : closeness(hit.score, scale.median))}`,
    )}
    <span class="row-actions">
      ${placeActions(place!, send)}
      ${rowAction(
        "chevron",
        "Show or hide text (Space)",
        () => {
          toggle("text");
        },
        shows(state, "text", id, at),
      )}
    </span>
    ${morePlaces(more, send, shows(state, "places", id, at), () => {
      toggle("places");
    })}
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
            onOpen: openers(send, place!).click,
          })
        : nothing
    }
  `;
}

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

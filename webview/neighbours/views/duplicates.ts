import { html, nothing, type TemplateResult } from "lit-html";
import { guard } from "lit-html/directives/guard.js";

import type { DuplicatePair, DuplicatesResult, Place } from "../../../src/protocol/neighboursPanel.ts";
import { idsInGroups } from "../../grouping.ts";
import { action } from "../../ui.ts";
import { linesApart } from "../excerpt.ts";
import { code } from "../../views/encoderMarks.ts";
import { nameOf, shows, type State } from "../state.ts";
import { count, signed } from "../words.ts";
import { openers, type Acts } from "./acts.ts";
import { dot } from "./dot.ts";
import { failures } from "./failures.ts";
import { hitButton } from "./hitButton.ts";
import { placeLabel } from "./placeLabel.ts";
import { placesList } from "./places.ts";
import { text } from "./text.ts";

/** The two sides of all pairs are the two columns that the keyboard walks through. */
const SIDES = ["left", "right"] as const;
type Side = (typeof SIDES)[number];
/** Lines of each side that show unless all are asked for. */
const PAIR_LINES = 4;

/** Pairs of segments that several encoders find nearly the same, side by side. */
export function duplicates(state: State, acts: Acts, result: DuplicatesResult): TemplateResult {
  const asked = state.spec!.encoders.map(({ id }) => id);
  const ids = idsInGroups(state, asked, state.view.grouping);
  return html`<section class="found">
    ${failures(state, result.failed)}
    ${
      result.pairs.length === 0
        ? html`<p class="summary">
            No two segments are nearly the same to ${count(result.atLeast, "encoder")} or more.
            ${result.atLeast > 1 ? "Ask for fewer encoders above to see what some of them find." : nothing}
          </p>`
        : html`<p class="summary">
              ${count(result.pairs.length, "pair")}, closest first. The numbers are closeness: 0.00 is what two random segments
              have, 1.00 is the same.
            </p>
            <ol class="pairs" aria-label="Pairs">
              ${result.pairs.map(
                (pair, at) =>
                  html`<li>
                    ${guard(
                      [
                        pair,
                        state.view.grouping,
                        shows(state, "text", SIDES[0], at),
                        shows(state, "whole", SIDES[0], at),
                        ...SIDES.map((side) => (state.rows.get(side) ?? 0) === at),
                      ],
                      () => pairItem(state, acts, pair, at, ids),
                    )}
                  </li>`,
              )}
            </ol>`
    }
  </section>`;
}

function pairItem(state: State, acts: Acts, pair: DuplicatePair, at: number, ids: readonly string[]): TemplateResult {
  const { a, b, closeness } = pair;
  const known = ids.filter((id) => closeness[id] !== undefined);
  const second = b === undefined ? a.places[1] : b.places[0];
  return html`<div class="pair-head">
      ${
        b === undefined
          ? html`<span class="part">same text, ${count(a.places.length, "place")}</span>`
          : known.map(
              (id) =>
                html`<span class="closeness" title=${nameOf(state, id)}
                  >${dot(state, id)}${code(state, id)}<span class="visually-hidden">${nameOf(state, id)}</span
                  >${signed(closeness[id]!)}</span
                >`,
            )
      }
      ${
        second === undefined
          ? nothing
          : action("Compare", "Compare both in heatmaps", () => {
              const places = [a.places[0]!, second].filter(({ file }) => file !== "").map(({ file, range }) => ({ file, range }));
              if (places.length > 1) acts.send({ type: "compare", places });
            })
      }
    </div>
    <div class="sides">${sidesOf(pair).map((parts, index) => side(state, acts, { ...parts, name: SIDES[index]!, at }))}</div>`;
}

/** Two nearly equal texts, or two places of one text and the others where it stands. */
function sidesOf({ a, b }: DuplicatePair): Omit<SideParts, "name" | "at">[] {
  const [first, ...more] = a.places;
  const left = { place: first!, content: a.content };
  if (b === undefined) {
    const [second, ...others] = more;
    return [{ ...left, more: [] }, ...(second === undefined ? [] : [{ place: second, more: others, content: a.content }])];
  }
  const [place, ...others] = b.places;
  return [
    { ...left, more, other: b.content },
    { place: place!, more: others, content: b.content, other: a.content },
  ];
}

interface SideParts {
  readonly name: Side;
  readonly at: number;
  readonly place: Place;
  readonly more: readonly Place[];
  readonly content: string;
  /** The other side's text; undefined if it is the very same, which need not be shown twice. */
  readonly other?: string;
}

function side(state: State, { act, send }: Acts, { name, at, place, more, content, other }: SideParts): TemplateResult {
  const apart = other === undefined ? [] : linesApart(content, other);
  return html`<div class="side">
    ${hitButton(
      state,
      send,
      { column: name, at, place, plain: true },
      html`<bdi class="name">${place.label}</bdi>${placeLabel(place)}`,
    )}
    ${more.length > 0 ? placesList(more, send) : nothing}
    ${
      shows(state, "text", SIDES[0], at) && (other !== undefined || name === SIDES[0])
        ? text({
            content,
            start: place.range.start,
            best: -1,
            around: apart.indexOf(true),
            apart,
            whole: shows(state, "whole", SIDES[0], at),
            shown: PAIR_LINES,
            onOpen: openers(send, place).click,
            onWhole: () => {
              act({ type: "toggle", part: "whole", column: SIDES[0], row: at });
            },
          })
        : nothing
    }
  </div>`;
}

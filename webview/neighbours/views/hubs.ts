import { html, nothing, type TemplateResult } from "lit-html";

import { labelOf } from "../../../src/core/text/split.ts";
import type { Hub, HubsResult } from "../../../src/protocol/neighboursPanel.ts";
import { idsInGroups } from "../../grouping.ts";
import { encoderOf } from "../../knownEncoders.ts";
import { factsOf, headOf } from "../../views/encoderMarks.ts";
import { groupLine } from "../../views/grouping.ts";
import { nameOf, shows, type State } from "../state.ts";
import { hubWords, number, signed } from "../words.ts";
import type { Acts } from "./acts.ts";
import { dot, markOf } from "./dot.ts";
import { failures } from "./failures.ts";
import { hitButton, placeActions } from "./hitButton.ts";
import { placeLabel } from "./placeLabel.ts";
import { morePlaces } from "./places.ts";

/** Name of the only column that the keyboard walks through. */
const COLUMN = "hubs";

/** Segments that are everybody's neighbour, with how often they are so for each encoder. */
export function hubs(state: State, acts: Acts, result: HubsResult): TemplateResult {
  const { grouping } = state.view;
  const ids = idsInGroups(state, Object.keys(result.skewness), grouping);
  const most = Math.max(result.k, ...result.hubs.flatMap(({ occurrences }) => Object.values(occurrences)));
  return html`<section class="found">
    <p class="explain">
      A hub is a segment that stands among the ${result.k} nearest of very many others, often because it is short or boilerplate:
      it turns up in every search and crowds out better answers. If there were none, each segment would be a neighbour ${result.k}
      times; that fair share is the line in each bar.
    </p>
    ${failures(state, result.failed)}
    ${
      result.hubs.length === 0
        ? html`<p class="note">No segment is anybody's neighbour unduly often.</p>`
        : html`<table class="hubs" role="table">
            <thead role="rowgroup">
              <tr role="row">
                <th scope="col" role="columnheader">Segment</th>
                ${ids.map((id) => {
                  const skewness = result.skewness[id]!;
                  return html`<th scope="col" role="columnheader" class=${markOf(state, id)}>
                    ${groupLine(state, ids, id, grouping)}<span class="head" title=${nameOf(state, id)}
                      >${dot(state, id)}<bdi>${headOf(state, id)}</bdi></span
                    >${
                      encoderOf(state, id)?.variant === undefined
                        ? nothing
                        : html`<span class="differs" title=${nameOf(state, id)}>${factsOf(encoderOf(state, id))}</span>`
                    }<span
                      class="skew"
                      title="Skewness of the k-occurrence: 0 is even; above 1 a few segments are everybody's neighbour"
                      ><b>${hubWords(skewness)}</b> skewness ${signed(skewness)}</span
                    >
                  </th>`;
                })}
              </tr>
            </thead>
            <tbody role="rowgroup">
              ${result.hubs.map((hub, at) => hubRow(state, acts, { hub, at, ids, k: result.k, most }))}
            </tbody>
          </table>`
    }
  </section>`;
}

interface HubRow {
  readonly hub: Hub;
  readonly at: number;
  readonly ids: readonly string[];
  readonly k: number;
  readonly most: number;
}

function hubRow(state: State, { act, send }: Acts, { hub, at, ids, k, most }: HubRow): TemplateResult {
  const [place, ...more] = hub.places;
  return html`<tr role="row" class="row">
    <th scope="row" role="rowheader">
      ${hitButton(
        state,
        send,
        { column: COLUMN, at, place: place!, plain: true },
        html`<bdi class="name">${place!.label}</bdi>${placeLabel(place!)}<code dir="auto"
            >${firstWords(hub, place!.label)}</code
          >`,
      )}
      <span class="row-actions">${placeActions(place!, send)}</span>
      ${morePlaces(more, send, shows(state, "places", COLUMN, at), () => {
        act({ type: "toggle", part: "places", column: COLUMN, row: at });
      })}
    </th>
    ${ids.map((id) => {
      const times = hub.occurrences[id];
      return html`<td
        role="cell"
        class=${markOf(state, id)}
        title="${nameOf(state, id)}: ${times === undefined ? "not known" : `one of the ${k} nearest of ${number(times)} segments`}"
      >
        ${dot(state, id)}<span class="times">${times === undefined ? "–" : number(times)}</span
        ><span class="fold">${times === undefined ? "" : `× ${(times / k).toFixed(1)}`}</span
        >${times === undefined ? nothing : share(times, k, most)}
      </td>`;
    })}
  </tr>`;
}

/** How often, against the fair share. */
const share = (times: number, k: number, most: number): TemplateResult =>
  html`<svg class="share" viewBox="0 0 100 10" preserveAspectRatio="none" aria-hidden="true">
    <rect class="track" y="3" width="100" height="4" />
    <rect y="3" width=${(times / most) * 100} height="4" />
    <path class="fair" d="M${(k / most) * 100} 0V10" />
  </svg>`;

/** The first line that says something which its label does not, without what marks a comment. */
function firstWords({ content }: Hub, label: string): string {
  const line = content.split("\n").find((each) => /[\p{L}\p{N}]/u.test(each) && !label.endsWith(labelOf(each)));
  return line === undefined ? "" : labelOf(line);
}

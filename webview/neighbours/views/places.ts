import { html, nothing, type TemplateResult } from "lit-html";

import type { Place } from "../../../src/protocol/neighboursPanel.ts";
import { count } from "../words.ts";
import { openers, type Acts } from "./acts.ts";
import { placeLabel } from "./placeLabel.ts";

/** The other places of a row's text, folded to their number unless asked for. */
export function morePlaces(
  places: readonly Place[],
  send: Acts["send"],
  unfolded: boolean,
  onToggle: () => void,
): TemplateResult | typeof nothing {
  if (places.length === 0) return nothing;
  return html`<button
      class="more"
      tabindex="-1"
      title="The same text in other places (+)"
      aria-expanded=${unfolded}
      @click=${onToggle}
    >
      +${count(places.length, "place")}
    </button>
    ${unfolded ? placesList(places, send) : nothing}`;
}

/** Places, each of which opens. */
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

import { html, nothing, type TemplateResult } from "lit-html";

import { CAUSE_TITLES, CAUSES } from "../../../src/core/encoders/card.ts";
import { CARD_FIELDS, factOf, type CardField } from "../../../src/core/encoders/editedCard.ts";
import type { CardEncoder } from "../../../src/protocol/cardsPanel.ts";
import { action } from "../../ui.ts";
import { factsOf } from "../../views/encoderMarks.ts";
import { errorBanner, openLog } from "../../views/errorBanner.ts";
import type { State } from "../state.ts";
import { save, type Acts } from "./acts.ts";
import { editableFact } from "./editableFact.ts";
import { files } from "./files.ts";
import { numbers, prompts } from "./numbers.ts";
import { report } from "./report.ts";

/** One encoder's card, whole: the causes that can be edited, and beside them what is counted and what lies on the disk. */
export function card(state: State, acts: Acts, encoder: CardEncoder): TemplateResult {
  const { details } = state;
  // A variant has its base's facts; they are edited there.
  const editable = encoder.variant === undefined && details?.editable === true ? details : undefined;
  const fact = (field: CardField): TemplateResult =>
    editableFact(
      state,
      acts,
      { field, title: field === "licence" ? "Licence" : CAUSE_TITLES[field], fact: factOf(encoder.card, field) },
      editable,
    );
  return html`
    ${head(state, acts, encoder)} ${banner(encoder, acts)}
    <main class="card">
      <section class="causes">
        <h2>Why its vectors differ from others’</h2>
        ${encoder.variant === undefined ? nothing : html`<p class="note">A variant: what is set for it says so, all else is as in the card of its base.</p>`}
        <dl>${CAUSES.map(fact)}</dl>
        <h2>Terms</h2>
        <dl>${fact("licence")}</dl>
      </section>
      <aside aria-label="Numbers and files">
        ${numbers(encoder)} ${prompts(encoder)} ${files(encoder, details, acts)} ${state.reports.map((one) => report(one, acts))}
      </aside>
    </main>
  `;
}

function head(state: State, acts: Acts, encoder: CardEncoder): TemplateResult {
  const { id, name, card: shown, variant } = encoder;
  const others = state.encoders.filter((other) => other.id !== id);
  return html`<header>
    <h1><bdi>${variant?.name ?? name}</bdi> <span>${factsOf(encoder)}</span></h1>
    <span class="actions">
      ${editedFields(state).length === 0 ? nothing : resetAll(state, acts)}
      ${
        variant === undefined
          ? nothing
          : action("Card of its base", `Open the card of ${variant.name}`, () => {
              acts.send({ type: "openCard", id: variant.of });
            })
      }
      ${
        others.length === 0
          ? nothing
          : action("Compare cards", "This card beside those of the chosen encoders", () => {
              acts.send({ type: "compareCards", encoders: [id] });
            })
      }
      ${
        shown.homepage?.startsWith("https://") === true
          ? html`<a class="action" href=${shown.homepage} title=${shown.homepage}>Publisher’s page</a>`
          : nothing
      }
    </span>
  </header>`;
}

const editedFields = ({ details, spec }: State): readonly CardField[] =>
  details === null || spec?.encoders[0] !== details.id
    ? []
    : CARD_FIELDS.filter((field) => details.published[field] !== undefined);

function resetAll(state: State, acts: Acts): TemplateResult {
  const fields = editedFields(state);
  return action("Reset card", `Give all ${fields.length} edited facts back to the publisher`, () => {
    save(acts, state.details!.id, Object.fromEntries(fields.map((field) => [field, null])));
  });
}

function banner({ state, error }: CardEncoder, { send }: Acts): TemplateResult | typeof nothing {
  if (error !== undefined) return errorBanner(error, openLog(send));
  if (state === "missing")
    return html`<div class="banner" role="status"><p>Its weights are not on this machine, so it cannot run.</p></div>`;
  return nothing;
}

import { html, nothing, type TemplateResult } from "lit-html";

import type { Fact } from "../../../src/core/encoders/card.ts";
import { cleanFact, EDITED, MAX_FACT } from "../../../src/core/encoders/editedCard.ts";
import type { CardDetails, CardField } from "../../../src/protocol/cardsPanel.ts";
import { action, button, iconButton, textArea } from "../../ui.ts";
import { errorWords } from "../../views/errorBanner.ts";
import { draftKey, type State } from "../state.ts";
import { save, type Acts } from "./acts.ts";
import { factWords, sourceLine } from "./fact.ts";

export interface ShownFact {
  readonly field: CardField;
  readonly title: string;
  readonly fact: Fact;
}

/** One row of a card: the fact with its source, or the box in which it is edited. `details` is absent where nothing can be edited. */
export function editableFact(state: State, acts: Acts, shown: ShownFact, details: CardDetails | undefined): TemplateResult {
  const { field, title, fact } = shown;
  const draft = details === undefined ? undefined : state.view.drafts[draftKey(details.id, field)];
  return html`<div class="fact ${fact.source === EDITED ? "edited" : ""}">
    <dt id="title-${field}">${title}</dt>
    <dd>
      ${
        details !== undefined && draft !== undefined
          ? editing(state, acts, shown, details, draft)
          : html`<p class="value">
                ${factWords(fact)}${
                  details === undefined
                    ? nothing
                    : iconButton("edit", `Edit ${title.toLowerCase()}`, field, () => {
                        acts.act({ type: "draft", id: details.id, field, text: fact.value });
                      })
                }
              </p>
              ${under(state, acts, shown, details)}`
      }
    </dd>
  </div>`;
}

function editing(
  state: State,
  acts: Acts,
  { field, title, fact }: ShownFact,
  { id }: CardDetails,
  draft: string,
): TemplateResult {
  const key = draftKey(id, field);
  const waits = state.saving.has(key);
  const error = state.notSaved.get(key);
  const cancel = (): void => {
    acts.act({ type: "draft", id, field, text: null });
  };
  const keep = (text: string): void => {
    if (waits) return;
    if (cleanFact(text) === fact.value) cancel();
    else save(acts, id, { [field]: text });
  };
  return html`
    ${textArea({
      field,
      label: title,
      value: draft,
      maxLength: MAX_FACT,
      busy: waits,
      onInput: (text) => {
        acts.act({ type: "draft", id, field, text });
      },
      onSave: keep,
      onCancel: cancel,
    })}
    ${error === undefined ? nothing : html`<p class="not-saved" role="alert">${errorWords(error)}</p>`}
    <p class="buttons">
      ${button(
        waits ? "Saving …" : "Save",
        () => {
          keep(draft);
        },
        "primary",
      )}
      ${button("Cancel", cancel)}
      <span class="hint">Enter saves, Escape cancels</span>
    </p>
  `;
}

/** The source, and for a fact of the user's what the publisher says and the way back to it. */
function under(state: State, acts: Acts, { field, title, fact }: ShownFact, details: CardDetails | undefined): TemplateResult {
  const published = fact.source === EDITED ? details?.published[field] : undefined;
  if (published === undefined || details === undefined)
    return fact.source === undefined ? html`` : html`<p class="source">${sourceLine(fact)}</p>`;
  const error = state.notSaved.get(draftKey(details.id, field));
  return html`
    <p class="source"><span class="by-you">${EDITED}</span> · the publisher says: ${factWords(published)}</p>
    <p class="buttons">
      ${action("Use the publisher’s", `Give ${title.toLowerCase()} back to the publisher`, () => {
        save(acts, details.id, { [field]: null });
      })}
    </p>
    ${error === undefined ? nothing : html`<p class="not-saved" role="alert">${errorWords(error)}</p>`}
  `;
}

import { html, nothing, type TemplateResult } from "lit-html";

import { cardNumbers } from "../../../src/core/encoders/cardTable.ts";
import type { CardEncoder } from "../../../src/protocol/cardsPanel.ts";
import { factWords } from "./fact.ts";

/** Shown with more room in sections of their own. */
const ELSEWHERE: ReadonlySet<string> = new Set(["Prompts", "On this machine"]);

/** What is counted of an encoder. */
export const numbers = (encoder: CardEncoder): TemplateResult => html`
  <section>
    <h2>Numbers</h2>
    <dl class="numbers">
      ${cardNumbers(encoder)
        .filter(({ title }) => !ELSEWHERE.has(title))
        .map(
          ({ title, fact }) =>
            html`<div>
              <dt>${title}</dt>
              <dd>${factWords(fact)}</dd>
            </div>`,
        )}
    </dl>
  </section>
`;

/** The texts that are put before the input, to the letter: their spaces count. */
export function prompts({ card: { prompts: texts, defaultPrompt } }: CardEncoder): TemplateResult {
  const names = Object.keys(texts);
  return html`<section>
    <h2>Prompts</h2>
    ${
      names.length === 0
        ? html`<p class="note">None: texts are read as they are.</p>`
        : html`<dl class="prompts">
            ${names.map(
              (name) =>
                html`<div>
                  <dt><bdi>${name}</bdi>${name === defaultPrompt ? html` <small>by itself</small>` : nothing}</dt>
                  <dd>${texts[name] === "" ? html`<span class="unknown">empty</span>` : html`<code>${texts[name]}</code>`}</dd>
                </div>`,
            )}
          </dl>`
    }
  </section>`;
}

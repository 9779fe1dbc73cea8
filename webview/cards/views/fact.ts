import { html, type TemplateResult } from "lit-html";

import { isKnown, type Fact } from "../../../src/core/encoders/card.ts";

/** What a card states, or that it does not. */
export const factWords = (fact: Fact): TemplateResult =>
  isKnown(fact) ? html`<bdi>${fact.value}</bdi>` : html`<span class="unknown">unknown</span>`;

/** Where a fact was read: a page to open, or a file's name. */
export function sourceLine({ source }: Fact): TemplateResult {
  if (source === undefined) return html``;
  const { link, words } = sourceOf(source);
  return link === undefined ? html`<bdi>${words}</bdi>` : html`<a href=${link} title=${link}><bdi>${words}</bdi></a>`;
}

/** Only what is plainly a page is a link. */
function sourceOf(source: string): { readonly link?: string; readonly words: string } {
  const url = source.startsWith("https://") ? URL.parse(source) : null;
  return url === null ? { words: source } : { link: url.href, words: `${url.host}${url.pathname}`.replace(/\/$/, "") };
}

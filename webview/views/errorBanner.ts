import { html, type TemplateResult } from "lit-html";

import type { EmbedErrorData } from "../../src/protocol/panel.ts";
import { button } from "../ui.ts";

/** What went wrong, and what to do about it. */
export const errorWords = ({ message, hint }: EmbedErrorData): TemplateResult => html`<b>${message}</b> ${hint ?? ""}`;

/** The same across a page, with ways out as buttons. */
export const errorBanner = (error: EmbedErrorData, ...ways: readonly TemplateResult[]): TemplateResult =>
  html`<div class="banner" role="alert">
    <p>${errorWords(error)}</p>
    ${ways}
  </div>`;

export const openLog = (send: (message: { readonly type: "openLog" }) => void): TemplateResult =>
  button("Open Log", () => {
    send({ type: "openLog" });
  });

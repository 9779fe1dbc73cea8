import { html, nothing, type TemplateResult } from "lit-html";

import type { EmbedErrorData } from "../../../src/protocol/cardsPanel.ts";
import { busy, button } from "../../ui.ts";
import { errorBanner, openLog } from "../../views/errorBanner.ts";
import { shownEncoders, type State } from "../state.ts";
import type { Acts } from "./acts.ts";
import { card } from "./card.ts";
import { comparison } from "./comparison.ts";

/** The whole page: one card, several, or why there is none. */
export function page(state: State, acts: Acts): TemplateResult {
  return html`${body(state, acts)}
    <div class="visually-hidden" aria-live="polite" id="live">${state.said}</div>`;
}

function body(state: State, acts: Acts): TemplateResult {
  const [first] = shownEncoders(state);
  if (state.spec === null) return state.error === null ? waiting() : failed(state.error, acts);
  const shown =
    first === undefined ? gone(state, acts) : state.spec.kind === "card" ? card(state, acts, first) : comparison(state, acts);
  return html`${state.error === null ? nothing : failed(state.error, acts)} ${shown}`;
}

const waiting = (): TemplateResult => html`<main class="empty">${busy()} Reading cards …</main>`;

const failed = (error: EmbedErrorData, { send }: Acts): TemplateResult =>
  errorBanner(
    error,
    button(
      "Try again",
      () => {
        send({ type: "ready" });
      },
      "primary",
    ),
    openLog(send),
  );

function gone({ spec }: State, { send }: Acts): TemplateResult {
  return html`<main class="empty">
    <h1>${spec?.kind === "card" ? "No such encoder" : "No cards to compare"}</h1>
    <p>
      ${spec?.kind === "card" ? "This encoder is not on this machine any more." : "None of these encoders is on this machine any more."}
    </p>
    ${button(
      "Choose Encoders",
      () => {
        send({ type: "chooseEncoders" });
      },
      "primary",
    )}
  </main>`;
}

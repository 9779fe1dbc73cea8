import { html, type TemplateResult } from "lit-html";

import type { PanelEncoder } from "../../src/protocol/panel.ts";

/** Colours that tell encoders apart; the ninth encoder wears the first one again. */
const DOTS = 8;

interface Known {
  readonly encoders: readonly PanelEncoder[];
}

export const encoderOf = ({ encoders }: Known, id: string): PanelEncoder | undefined =>
  encoders.find((encoder) => encoder.id === id);

/** The class of an encoder's colour: its place among all, so the same in every view. */
export function dotOf({ encoders }: Known, id: string): string {
  const place = encoders.findIndex((encoder) => encoder.id === id);
  return `dot-${Math.max(0, place) % DOTS}`;
}

/** What an encoder is, in half a line. */
export function factsOf(encoder: PanelEncoder | undefined): string {
  if (encoder === undefined) return "";
  const { dimensions, layers } = encoder.card;
  return `${dimensions} dimensions · ${layers === 0 ? "static" : `${layers} layers`}`;
}

/** One switch per encoder; the last one that is on stays on. */
export function encoderChips(
  known: Known,
  chosen: readonly string[],
  onChange: (ids: readonly string[]) => void,
): TemplateResult {
  return html`<nav class="chips" aria-label="Encoders">
    ${known.encoders.map(
      (encoder) =>
        html`<button
          class="chip ${dotOf(known, encoder.id)}"
          aria-pressed=${chosen.includes(encoder.id)}
          @click=${() => {
            const others = chosen.filter((id) => id !== encoder.id);
            const next = others.length < chosen.length ? others : [...chosen, encoder.id];
            if (next.length > 0) onChange(next);
          }}
        >
          <i></i><span class="name">${encoder.name}</span>
        </button>`,
    )}
  </nav>`;
}

/** Ranks gained or lost against the first encoder, or that no other encoder lists it. */
export const moveMark = ({ move, onlyHere }: { readonly move: number | null; readonly onlyHere: boolean }): string =>
  onlyHere ? "only here" : move === null ? "" : move === 0 ? "=" : move > 0 ? `▲${move}` : `▼${-move}`;

/** 63 → "63rd". */
export function ordinal(share: number): string {
  const value = Math.round(share * 100);
  const ending = value % 100 >= 11 && value % 100 <= 13 ? "th" : (["th", "st", "nd", "rd"][value % 10] ?? "th");
  return `${value}${ending}`;
}

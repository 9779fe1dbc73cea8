import { html, nothing, type TemplateResult } from "lit-html";

import { variantCode } from "../../src/core/encoders/variantCode.ts";
import type { PanelEncoder } from "../../src/protocol/panel.ts";
import { encoderOf, nameOf, type Known } from "../knownEncoders.ts";

/** Colours that tell encoders apart; the ninth encoder wears the first one again. */
const DOTS = 8;
/** Shapes that tell variants of one encoder apart, which share its colour; then a paler shade of it begins anew. */
const SHAPES = 8;
const SHADES = 3;

/** The classes of an encoder's mark: its colour by its place among all, the same in every view; for a variant a shape of its own. */
export function dotOf({ encoders }: Known, id: string): string {
  const encoder = encoderOf({ encoders }, id);
  const base = encoder?.variant?.of ?? id;
  const place = [...new Set(encoders.map(({ id: own, variant }) => variant?.of ?? own))].indexOf(base);
  const colour = `dot-${Math.max(0, place) % DOTS}`;
  if (encoder?.variant === undefined) return colour;
  const at = encoders.filter(({ variant }) => variant?.of === base).indexOf(encoder);
  return `${colour} variant-${at % SHAPES} shade-${Math.floor(at / SHAPES) % SHADES}`;
}

/** A few letters that say what a variant differs in, where there is no room for words; the full name must be at hand elsewhere. */
export const code = (known: Known, id: string): TemplateResult | typeof nothing => {
  const settings = encoderOf(known, id)?.variant?.settings;
  return settings === undefined ? nothing : html`<span class="code" aria-hidden="true">${variantCode(settings)}</span>`;
};

/** What stands for an encoder where there is no room for its name. */
export const mark = (known: Known, id: string): TemplateResult => html`<i></i>${code(known, id)}`;

/** What stands in the first line of a narrow head: of a variant the name of its encoder. */
export const headOf = (known: Known, id: string): string => encoderOf(known, id)?.variant?.name ?? nameOf(known, id);

/** What stands in the second line: what a variant differs in, or in half a line what an encoder is. */
export function factsOf(encoder: PanelEncoder | undefined): string {
  if (encoder === undefined) return "";
  if (encoder.variant !== undefined) return encoder.variant.differs;
  const { dimensions, layers, server } = encoder.card;
  return `${dimensions} dimensions · ${server !== undefined ? "on a server" : layers === 0 ? "static" : `${layers} layers`}`;
}

/** A name in one line with what differs in muted letters, for lists that have the room. */
export const label = (known: Known, id: string): TemplateResult => {
  const variant = encoderOf(known, id)?.variant;
  return variant === undefined
    ? html`${nameOf(known, id)}`
    : html`${variant.name} <span class="differs">${variant.differs}</span>`;
};

/** More variants of an encoder that are off would push what is on out of sight: they wait behind a button. */
const SHOWN_OFF = 3;

/** One switch per encoder, variants beside theirs; the last one that is on stays on. */
export function encoderChips(
  known: Known,
  chosen: readonly string[],
  onChange: (ids: readonly string[]) => void,
): TemplateResult {
  const chip = ({ id, name, variant }: PanelEncoder): TemplateResult =>
    html`<button
      class="chip ${dotOf(known, id)}"
      aria-pressed=${chosen.includes(id)}
      title=${name}
      @click=${() => {
        const others = chosen.filter((other) => other !== id);
        const next = others.length < chosen.length ? others : [...chosen, id];
        if (next.length > 0) onChange(next);
      }}
    >
      <i></i
      ><span class="name"
        >${variant === undefined ? name : html`<span class="visually-hidden">${variant.name}: </span>${variant.differs}`}</span
      >
    </button>`;
  const family = ([base, ...variants]: readonly PanelEncoder[]): TemplateResult => {
    const off = variants.filter(({ id }) => !chosen.includes(id));
    const folded = off.length > SHOWN_OFF ? off : [];
    const shown = variants.filter((variant) => !folded.includes(variant));
    return html`<span class="family" role="group" aria-label=${`${base!.name} and its variants`}
      >${[base!, ...shown].map(chip)}${folded.length === 0 ? nothing : more(folded.map(chip))}</span
    >`;
  };
  const families = Map.groupBy(known.encoders, ({ id, variant }) => variant?.of ?? id);
  return html`<nav class="chips" aria-label="Encoders">
    ${[...families.values()].map((members) => (members.length === 1 ? chip(members[0]!) : family(members)))}
  </nav>`;
}

/** Chips behind a button; they go when the focus does, or on Escape. */
const more = (chips: readonly TemplateResult[]): TemplateResult =>
  html`<details
    class="off-chips"
    @focusout=${({ currentTarget, relatedTarget }: FocusEvent) => {
      const details = currentTarget as HTMLDetailsElement;
      if (relatedTarget instanceof Node && !details.contains(relatedTarget)) details.open = false;
    }}
    @keydown=${(event: KeyboardEvent) => {
      const details = event.currentTarget as HTMLDetailsElement;
      if (event.key !== "Escape" || !details.open) return;
      event.stopPropagation();
      details.open = false;
      details.querySelector("summary")?.focus();
    }}
  >
    <summary class="chip">${chips.length} more variants</summary>
    <div>${chips}</div>
  </details>`;

/** Ranks gained or lost against the first encoder, or that no other encoder lists it. */
export const moveMark = ({ move, onlyHere }: { readonly move: number | null; readonly onlyHere: boolean }): string =>
  onlyHere ? "only here" : move === null ? "" : move === 0 ? "=" : move > 0 ? `▲${move}` : `▼${-move}`;

/** 63 → "63rd". */
export function ordinal(share: number): string {
  const value = Math.round(share * 100);
  const ending = value % 100 >= 11 && value % 100 <= 13 ? "th" : (["th", "st", "nd", "rd"][value % 10] ?? "th");
  return `${value}${ending}`;
}

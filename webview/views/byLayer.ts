import { html, nothing, type TemplateResult } from "lit-html";

import { variantId } from "../../src/core/encoders/variant.ts";
import type { Agreement } from "../../src/protocol/panel.ts";
import { encoderOf } from "../knownEncoders.ts";
import type { State } from "../state.ts";
import { dotOf } from "./encoderMarks.ts";

/** Fewer layers than this are no course to look at. */
const LEAST_LAYERS = 3;

interface LayerCourse {
  /** Whose layers: an encoder, or a variant but for its layer. */
  readonly name: string;
  /** Ascending; the last is the one the others are compared with. */
  readonly layers: readonly { readonly id: string; readonly layer: number }[];
  readonly last: string;
}

/** For each encoder of which several layers are compared: how far each layer agrees with the last. */
export function byLayer(state: State): TemplateResult | typeof nothing {
  const courses = layerCourses(state);
  if (courses.length === 0 || state.agreement.length === 0) return nothing;
  return html`<section>
    <h2>By layer</h2>
    ${courses.map((course) => courseTable(state, course))}
  </section>`;
}

function courseTable(state: State, { name, layers, last }: LayerCourse): TemplateResult {
  return html`<table class="layers">
    <caption>
      ${name}: agreement with its last layer
    </caption>
    <thead class="visually-hidden">
      <tr>
        <th scope="col">Layer</th>
        <th scope="col">Debiased CKA</th>
        <th scope="col">Neighbours in common</th>
      </tr>
    </thead>
    <tbody>
      ${layers
        .filter(({ id }) => id !== last)
        .map(({ id, layer }) => {
          const pair = state.agreement.find(({ a, b }) => (a === id && b === last) || (a === last && b === id));
          return html`<tr class=${dotOf(state, id)}>
            <th scope="row"><i></i>${layer === 0 ? "0, embeddings" : layer}</th>
            <td>${share(pair)}</td>
            <td>${pair?.mutualKnn?.value.toFixed(2) ?? "–"}</td>
          </tr>`;
        })}
    </tbody>
  </table>`;
}

const share = (pair: Agreement | undefined): TemplateResult => {
  const value = pair?.debiasedCka?.value;
  return value === undefined
    ? html`–`
    : html`<span class="gauge"><span data-share=${Math.max(0, Math.min(1, value))}></span></span>${value.toFixed(2)}`;
};

/** The compared layers of each encoder, and of each variant but for its layer. */
export function layerCourses(state: State): readonly LayerCourse[] {
  const compared = [...state.columns.keys()].flatMap((id) => {
    const encoder = encoderOf(state, id);
    if (encoder === undefined || encoder.card.layers === 0) return [];
    const { layer = encoder.card.layers, ...others } = encoder.variant?.settings ?? {};
    return [{ id, layer, encoder, whose: variantId(encoder.variant?.of ?? id, others) }];
  });
  return [...Map.groupBy(compared, ({ whose }) => whose).values()].flatMap((members) => {
    const layers = members.toSorted((a, b) => a.layer - b.layer);
    const last = layers.at(-1)!;
    if (layers.length < LEAST_LAYERS || last.layer !== last.encoder.card.layers) return [];
    return [{ name: last.encoder.name, layers: layers.map(({ id, layer }) => ({ id, layer })), last: last.id }];
  });
}

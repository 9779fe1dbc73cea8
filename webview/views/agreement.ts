import { html, type TemplateResult } from "lit-html";

import type { Agreement } from "../../src/protocol/panel.ts";
import { encoderOf, nameOf } from "../knownEncoders.ts";
import type { State } from "../state.ts";
import { dotOf, label, mark } from "./encoderMarks.ts";

/** Columns that the narrow table at the side takes; more stand in a wide one below the heatmaps, with names. */
const MANY = 6;
export const isMany = ({ columns }: State): boolean => columns.size > MANY;

/** How alike the encoders' spaces are, pair by pair, each number with what chance alone would give. */
export function agreementTable(state: State): TemplateResult {
  if (state.columns.size < 2) return html`<p class="note">One encoder agrees with itself. Choose another one to compare.</p>`;
  if (state.agreement.length === 0)
    return html`<p class="note">
      ${state.status === "running" ? "Comes when all encoders are done." : "No two encoders gave vectors."}
    </p>`;
  const ids = [...state.columns.keys()];
  const of = (a: string, b: string): Agreement | undefined =>
    state.agreement.find((pair) => (pair.a === a && pair.b === b) || (pair.a === b && pair.b === a));
  const measured = state.agreement.filter(({ debiasedCka }) => debiasedCka !== null);
  const [first] = measured;
  const value = (a: string, b: string): TemplateResult => {
    const cka = of(a, b)?.debiasedCka;
    const knn = of(a, b)?.mutualKnn;
    if (a === b) return html`<td class="self">·</td>`;
    if (cka === undefined || cka === null) return html`<td class="self">–</td>`;
    const title = `${nameOf(state, a)} and ${nameOf(state, b)}: debiased CKA ${cka.value.toFixed(2)}, neighbours in common ${knn?.value.toFixed(2) ?? "–"}`;
    return html`<td data-value=${Math.max(0, cka.value)} title=${title}>
      ${cka.value.toFixed(2)}<small>${knn?.value.toFixed(2) ?? ""}</small>
    </td>`;
  };
  const head = (id: string): TemplateResult =>
    html`<span aria-hidden="true">${mark(state, id)}</span><span class="visually-hidden">${nameOf(state, id)}</span>`;
  const table = html`
    <table class="agree" data-count=${ids.length}>
      <thead>
        <tr>
          <td></td>
          ${ids.map((id) => html`<th scope="col" class=${dotOf(state, id)} title=${nameOf(state, id)}>${head(id)}</th>`)}
        </tr>
      </thead>
      <tbody>
        ${ids.map(
          (a) =>
            html`<tr>
              <th scope="row" class=${dotOf(state, a)} title=${nameOf(state, a)}>
                ${isMany(state) ? rowName(state, a) : head(a)}
              </th>
              ${ids.map((b) => value(a, b))}
            </tr>`,
        )}
      </tbody>
    </table>
  `;
  return html`
    ${isMany(state) ? html`<div class="scroll" tabindex="0" role="region" aria-label="Agreement, pair by pair">${table}</div>` : table}
    ${
      first === undefined
        ? html`<p class="note">Too few segments: below 8, chance covers any agreement.</p>`
        : html`<p class="note">
            Debiased CKA, and below it the share of ${first.mutualKnn?.k} nearest neighbours in common. At ${first.n} segments
            unrelated spaces give 0 (95 % of shuffles below ${first.debiasedCka!.chance.p95.toFixed(2)}) and
            ${first.mutualKnn?.chance.mean.toFixed(2)}.
          </p>`
    }
  `;
}

/** The name of a row; a variant that stands below its encoder need not repeat it to the eye. */
function rowName(state: State, id: string): TemplateResult {
  const variant = encoderOf(state, id)?.variant;
  if (variant === undefined || !state.columns.has(variant.of)) return html`<i></i>${label(state, id)}`;
  return html`<i></i><span class="visually-hidden">${variant.name}: </span>${variant.differs}`;
}

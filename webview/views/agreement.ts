import { html, type TemplateResult } from "lit-html";

import type { Agreement } from "../../src/protocol/panel.ts";
import type { State } from "../state.ts";
import { dotOf } from "./encoderMarks.ts";

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
    const title = `${a} and ${b}: debiased CKA ${cka.value.toFixed(2)}, neighbours in common ${knn?.value.toFixed(2) ?? "–"}`;
    return html`<td data-value=${Math.max(0, cka.value)} title=${title}>
      ${cka.value.toFixed(2)}<small>${knn?.value.toFixed(2) ?? ""}</small>
    </td>`;
  };
  return html`
    <table class="agree">
      <thead>
        <tr>
          <td></td>
          ${ids.map((id) => html`<th scope="col" class=${dotOf(state, id)} title=${id}><i></i><span class="visually-hidden">${id}</span></th>`)}
        </tr>
      </thead>
      <tbody>
        ${ids.map(
          (a) =>
            html`<tr>
              <th scope="row" class=${dotOf(state, a)} title=${a}><i></i><span class="visually-hidden">${a}</span></th>
              ${ids.map((b) => value(a, b))}
            </tr>`,
        )}
      </tbody>
    </table>
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

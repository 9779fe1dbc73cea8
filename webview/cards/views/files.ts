import { html, nothing, svg, type TemplateResult } from "lit-html";

import { megabytes } from "../../../src/core/encoders/cardTable.ts";
import type { CardDetails, CardEncoder } from "../../../src/protocol/cardsPanel.ts";
import type { Acts } from "./acts.ts";

/** What of an encoder lies on this machine: its precisions, against the largest of them, and all files. */
export function files({ precisions }: CardEncoder, details: CardDetails | null, { send }: Acts): TemplateResult {
  const largest = Math.max(...precisions.map(({ bytes }) => bytes));
  const all = details?.files ?? [];
  return html`<section>
    <h2>On this machine</h2>
    ${precisions.length === 0 ? html`<p class="note">No weights.</p>` : nothing}
    <ul class="precisions">
      ${precisions.map(
        ({ precision, bytes }) =>
          html`<li>
            <span>${precision}</span><span class="size">${megabytes(bytes)}</span>
            <svg class="share" viewBox="0 0 100 2" preserveAspectRatio="none" aria-hidden="true">
              ${svg`<rect width=${(100 * bytes) / largest} height="2" />`}
            </svg>
          </li>`,
      )}
    </ul>
    ${
      all.length === 0
        ? nothing
        : html`<details class="files">
            <summary>
              ${all.length === 1 ? "1 file" : `${all.length} files`}, ${megabytes(all.reduce((sum, { bytes }) => sum + bytes, 0))}
            </summary>
            <ul>
              ${all.map(
                ({ path, bytes }) => html`<li><bdi title=${path}>${path}</bdi><span class="size">${megabytes(bytes)}</span></li>`,
              )}
            </ul>
            <button
              class="link"
              title=${details?.folder ?? ""}
              @click=${() => {
                send({ type: "revealFolder" });
              }}
            >
              Show folder
            </button>
          </details>`
    }
  </section>`;
}

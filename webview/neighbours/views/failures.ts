import { html, nothing, type TemplateResult } from "lit-html";

import type { HubsResult } from "../../../src/protocol/neighboursPanel.ts";
import { nameOf, type State } from "../state.ts";
import { dot } from "./dot.ts";

/** Encoders that had nothing to say about the workspace, and why. */
export function failures(state: State, failed: HubsResult["failed"]): TemplateResult | typeof nothing {
  if (failed.length === 0) return nothing;
  return html`<ul class="failures" role="alert">
    ${failed.map(
      ({ id, error }) =>
        html`<li>
          ${dot(state, id)} <span><b>${nameOf(state, id)}</b> ${error.message} ${error.hint ?? ""}</span>
        </li>`,
    )}
  </ul>`;
}

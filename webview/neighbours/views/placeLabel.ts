import { html, type TemplateResult } from "lit-html";

import type { Place } from "../../../src/protocol/neighboursPanel.ts";

/** Where a text stands, the telling part first: what does not fit is the end of the folder's name. */
export function placeLabel({ path, range }: Place): TemplateResult {
  const cut = Math.max(path.lastIndexOf("/"), path.lastIndexOf("\\"));
  return html`<span class="path"
    ><span class="file"><bdi>${path.slice(cut + 1)}</bdi>:${range.start.line + 1}</span
    ><bdi>${path.slice(0, Math.max(0, cut))}</bdi></span
  >`;
}

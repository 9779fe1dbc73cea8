import { html, nothing, type TemplateResult } from "lit-html";

import { GROUPING_TITLES, GROUPINGS, type Grouping } from "../../src/core/encoders/causeGroups.ts";
import { columnGroups } from "../grouping.ts";
import type { Known } from "../knownEncoders.ts";
import { select } from "../ui.ts";
import { encoderChips } from "./encoderMarks.ts";

/** What stands over a column: what its group has in common, loud where the group begins. */
export function groupLine(known: Known, ids: readonly string[], id: string, grouping: Grouping): TemplateResult | typeof nothing {
  if (grouping === "none") return nothing;
  const group = columnGroups(known, ids, grouping).find((one) => one.ids.includes(id));
  const words = group?.value ?? "";
  return html`<div class="group${group?.ids[0] === id ? " first" : ""}" title="${GROUPING_TITLES[grouping]}: ${words}">
    <span class="visually-hidden">${GROUPING_TITLES[grouping]}: </span>${words}
  </div>`;
}

/** Which encoders a page compares, and by which cause it puts them together; the latter only where there are several. */
export const encodersRow = (
  known: Known & { readonly view: { readonly grouping: Grouping } },
  chosen: readonly string[],
  onChoose: (ids: readonly string[]) => void,
  onGroup: (grouping: Grouping) => void,
): TemplateResult => html`
  <div class="encoders" role="region" aria-label="Columns">
    ${encoderChips(known, chosen, onChoose)}
    ${
      chosen.length < 2
        ? nothing
        : select(
            "Group by",
            GROUPINGS.map((value) => ({ value, label: GROUPING_TITLES[value].toLowerCase() })),
            known.view.grouping,
            onGroup,
          )
    }
  </div>
`;

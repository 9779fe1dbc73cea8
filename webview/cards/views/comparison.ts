import { html, nothing, type TemplateResult } from "lit-html";

import { isKnown, type Fact } from "../../../src/core/encoders/card.ts";
import { cardRows, partsApart, standing, type CardRow } from "../../../src/core/encoders/cardTable.ts";
import { cardTableCsv, cardTableMarkdown } from "../../../src/core/encoders/cardTableText.ts";
import { GROUPING_TITLES } from "../../../src/core/encoders/causeGroups.ts";
import { EDITED } from "../../../src/core/encoders/editedCard.ts";
import type { CardEncoder } from "../../../src/protocol/cardsPanel.ts";
import { columnGroups, type ColumnGroup } from "../../grouping.ts";
import { action, button, select, toggle } from "../../ui.ts";
import { dotOf } from "../../views/encoderMarks.ts";
import { encodersRow } from "../../views/grouping.ts";
import { shownEncoders, type State } from "../state.ts";
import type { Acts } from "./acts.ts";

/** The cards of several encoders side by side, held against one of them. */
export function comparison(state: State, acts: Acts): TemplateResult {
  const { onlyDifferent, against, grouping } = state.view;
  const chosen = shownEncoders(state);
  const ids = chosen.map(({ id }) => id);
  const groups = columnGroups(state, ids, grouping);
  const encoders = groups.flatMap((group) => group.ids.flatMap((id) => chosen.find((encoder) => encoder.id === id) ?? []));
  const rows = cardRows(encoders);
  const reference = Math.max(
    0,
    encoders.findIndex(({ id }) => id === against),
  );
  const shown = rows.filter(({ differs }) => differs || !onlyDifferent || encoders.length < 2);
  return html`
    ${head(state, acts, encoders, rows)}
    ${encodersRow(
      state,
      ids,
      (next) => {
        acts.send({ type: "choose", encoders: next });
      },
      (next) => {
        acts.act({ type: "view", change: { grouping: next } });
      },
    )}
    <main class="comparison">
      ${encoders.length === 1 ? html`<p class="note lead">One card differs from nothing. Choose another encoder above.</p>` : nothing}
      ${
        shown.length === 0
          ? html`<p class="note lead">
              These cards say the same in all they state.
              ${button("Show all rows", () => {
                acts.act({ type: "view", change: { onlyDifferent: false } });
              })}
            </p>`
          : table(state, acts, { encoders, groups, reference }, shown)
      }
    </main>
  `;
}

function head({ view }: State, { act, send }: Acts, encoders: readonly CardEncoder[], rows: readonly CardRow[]): TemplateResult {
  const differing = rows.filter(({ differs }) => differs).length;
  const copy = (format: "Markdown" | "CSV", text: string): void => {
    send({ type: "copy", format, text });
    act({ type: "say", words: `Copied as ${format}` });
  };
  return html`<header>
    <h1>
      Cards
      <span
        >${encoders.length} ${encoders.length === 1 ? "encoder" : "encoders"} · ${differing} of ${rows.length} rows differ</span
      >
    </h1>
    ${
      encoders.length < 2
        ? nothing
        : select(
            "Held against",
            encoders.map(({ id, name }) => ({ value: id, label: name })),
            encoders.some(({ id }) => id === view.against) ? view.against! : encoders[0]!.id,
            (against) => {
              act({ type: "view", change: { against } });
            },
          )
    }
    <span class="actions" role="group" aria-label="Table">
      ${toggle("Only what differs", "Leave out rows in which all say the same", view.onlyDifferent, (onlyDifferent) => {
        act({ type: "view", change: { onlyDifferent } });
      })}
      ${action("Copy as Markdown", "Copy the rows shown as a table of Markdown", () => {
        copy("Markdown", cardTableMarkdown(encoders, view));
      })}
      ${action("Copy as CSV", "Copy the rows shown for a spreadsheet", () => {
        copy("CSV", cardTableCsv(encoders, view));
      })}
    </span>
  </header>`;
}

const SECTIONS: readonly (readonly [CardRow["kind"], string])[] = [
  ["cause", "Causes"],
  ["number", "Numbers"],
  ["terms", "Terms"],
];

interface Columns {
  readonly encoders: readonly CardEncoder[];
  readonly groups: readonly ColumnGroup[];
  /** Which of them the others are held against. */
  readonly reference: number;
}

function table(state: State, { send }: Acts, { encoders, groups, reference }: Columns, rows: readonly CardRow[]): TemplateResult {
  return html`<div class="scroll" tabindex="0" role="region" aria-label="Comparison of cards">
    <table>
      <thead>
        ${state.view.grouping === "none" ? nothing : groupHeads(state, groups)}
        <tr>
          <td></td>
          ${encoders.map(
            ({ id, name, variant }, at) =>
              html`<th scope="col" class=${dotOf(state, id)}>
                <button
                  title="Its whole card"
                  @click=${() => {
                    send({ type: "openCard", id });
                  }}
                >
                  <i></i><bdi>${variant?.name ?? name}</bdi>
                </button>
                <small
                  ><bdi>${variant?.differs ?? ""}</bdi
                  >${at === reference && encoders.length > 1 ? html`<span class="held">held against</span>` : nothing}</small
                >
              </th>`,
          )}
        </tr>
      </thead>
      ${SECTIONS.map(([kind, title]) => {
        const part = rows.filter((row) => row.kind === kind);
        if (part.length === 0) return nothing;
        return html`<tbody>
          <tr class="section">
            <th scope="rowgroup"><h2>${title}</h2></th>
            <td colspan=${encoders.length}></td>
          </tr>
          ${part.map((row) => rowOf(row, reference))}
        </tbody>`;
      })}
    </table>
  </div>`;
}

const groupHeads = ({ view }: State, groups: readonly ColumnGroup[]): TemplateResult => html`
  <tr>
    <td>${GROUPING_TITLES[view.grouping]}</td>
    ${groups.map(({ value, ids }) => html`<th class="group" scope="colgroup" colspan=${ids.length}><bdi>${value}</bdi></th>`)}
  </tr>
`;

const rowOf = ({ title, kind, cells, differs }: CardRow, reference: number): TemplateResult => html`
  <tr class="${kind}${differs ? " differs" : ""}">
    <th scope="row">
      ${title}${
        cells.length < 2
          ? nothing
          : differs
            ? html`<span class="sign" title="Encoders differ in this"
                ><span aria-hidden="true">≠</span><span class="visually-hidden">, differs</span></span
              >`
            : nothing
      }
    </th>
    ${cells.map((cell, at) => (at === reference ? plain(cell, "reference") : held(cell, cells[reference]!)))}
  </tr>
`;

const plain = (cell: Fact, place = ""): TemplateResult =>
  html`<td class=${place}>
    ${isKnown(cell) ? html`<bdi>${cell.value}</bdi>${byYou(cell)}` : html`<span class="unknown">unknown</span>`}
  </td>`;

/** A cell with what the one it is held against does not say. */
function held(cell: Fact, against: Fact): TemplateResult {
  if (standing(cell, against) !== "differs") return plain(cell);
  return html`<td class="other">
    <span class="sign" aria-hidden="true">≠</span><span class="visually-hidden">differs: </span
    ><bdi>${partsApart(cell.value, against.value).map(({ text, differs }) => (differs ? html`<mark>${text}</mark>` : text))}</bdi
    >${byYou(cell)}
  </td>`;
}

const byYou = ({ source }: Fact): TemplateResult | typeof nothing =>
  source === EDITED ? html` <small class="by-you">${EDITED}</small>` : nothing;

import { html, nothing, type TemplateResult } from "lit-html";

import type { State } from "../state.ts";
import { busy, button, segmented, select } from "../ui.ts";
import { compareAgain, type Acts } from "./acts.ts";
import { agreementTable, isMany } from "./agreement.ts";
import { byLayer } from "./byLayer.ts";
import { errorBanner } from "./errorBanner.ts";
import { encodersRow } from "./grouping.ts";
import { disputedSection, neighbours } from "./neighbours.ts";
import { similarity, spoken, tableView, tip } from "./similarity.ts";

const SPLITS = [
  { value: "auto", label: "automatic" },
  { value: "symbols", label: "symbols" },
  { value: "paragraphs", label: "paragraphs" },
  { value: "lines", label: "lines" },
  { value: "file", label: "files" },
] as const;

/** The whole page. Canvases are drawn afterwards, by draw.ts: templates hold no pixels. */
export function page(state: State, acts: Acts): TemplateResult {
  const { spec } = state;
  if (spec === null)
    return html`<main class="empty">
      <h1>Nothing compared yet</h1>
      <p>Select some code or prose in an editor, right-click, and choose <b>Compare Embeddings</b>.</p>
    </main>`;
  return html`
    ${header(state, acts)} ${banner(state, acts)}
    <main class=${isMany(state) ? "many" : ""}>
      ${state.view.table ? tableView(state) : similarity(state, acts)}
      <aside aria-label="Between encoders">
        <section>
          <h2>Agreement</h2>
          ${agreementTable(state)}
        </section>
        ${byLayer(state)} ${disputedSection(state, acts)}
      </aside>
      ${state.view.table ? nothing : neighbours(state, acts)}
    </main>
    <div class="tip" id="tip" hidden>${state.cell === null ? nothing : tip(state, state.cell)}</div>
    <div class="visually-hidden" aria-live="polite" id="live">${state.cell === null ? "" : spoken(state, state.cell)}</div>
  `;
}

function header(state: State, { act, send }: Acts): TemplateResult {
  const spec = state.spec!;
  const ids = spec.encoders.map(({ id }) => id);
  const count = (n: number, what: string): string => `${n} ${what}${n === 1 ? "" : "s"}`;
  const files = count(spec.sources.length, "file");
  const counts = [
    // The title of a comparison of several files begins with their number.
    ...(spec.title.startsWith(files) ? [] : [files]),
    count(state.segments.length, "segment"),
    count(ids.length, "encoder"),
  ].join(" · ");
  return html`
    <header>
      <h1>${spec.title} <span>${counts}</span></h1>
      ${select("Split", SPLITS, spec.split, (split) => {
        send({ type: "compare", split, encoders: ids });
      })}
      ${segmented(
        "Scale",
        [
          { value: "cosine", label: "Cosine" },
          { value: "percentile", label: "Percentile" },
        ],
        state.view.scale,
        (scale) => {
          act({ type: "view", change: { scale } });
        },
      )}
      ${segmented(
        "Order",
        [
          { value: "text", label: "Text order" },
          { value: "clustered", label: "Clustered" },
        ],
        state.view.order,
        (order) => {
          act({ type: "view", change: { order } });
        },
      )}
      ${select(
        "Compare with",
        [
          { value: "", label: "nothing" },
          ...state.encoders.filter(({ id }) => ids.includes(id)).map(({ id, name }) => ({ value: id, label: name })),
        ],
        state.view.difference ?? "",
        (id) => {
          act({ type: "view", change: { difference: id === "" ? null : id } });
        },
      )}
      ${segmented(
        "Show as",
        [
          { value: "picture", label: "Heatmaps" },
          { value: "table", label: "Table" },
        ],
        state.view.table ? "table" : "picture",
        (shown) => {
          act({ type: "view", change: { table: shown === "table" } });
        },
      )}
    </header>
    ${encodersRow(
      state,
      ids,
      (encoders) => {
        send({ type: "compare", split: spec.split, encoders });
      },
      (grouping) => {
        act({ type: "view", change: { grouping } });
      },
    )}
  `;
}

function banner(state: State, { send }: Acts): TemplateResult | typeof nothing {
  const again = (label: string): TemplateResult =>
    button(
      label,
      () => {
        compareAgain(state, send);
      },
      "primary",
    );
  if (state.status === "failed" && state.error !== null) return errorBanner(state.error, again("Compare again"));
  if (state.stale.length > 0)
    return html`<div class="banner" role="status">
      <p>The text was edited since this comparison.</p>
      ${again("Compare again")}
    </div>`;
  if (state.status === "running")
    return html`<div class="banner" role="status">
      ${busy()}
      <p>Comparing …</p>
      ${button("Cancel", () => {
        send({ type: "cancel" });
      })}
    </div>`;
  return nothing;
}

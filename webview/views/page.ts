import { html, nothing, type TemplateResult } from "lit-html";

import type { FromPanel, PanelEncoder } from "../../src/protocol/panel.ts";
import { shownOrder, type Action, type Cell, type Column, type State } from "../state.ts";
import { busy, button, segmented, select } from "../ui.ts";
import {
  disputed,
  distributionOf,
  neighbourLists,
  ordinal,
  partRead,
  resultOf,
  scoreOf,
  type RankedNeighbour,
} from "./derive.ts";
import { agreementTable } from "./agreement.ts";

/** What a view may do: change the state, or ask the editor. */
export interface Acts {
  readonly act: (action: Action) => void;
  readonly send: (message: FromPanel) => void;
}

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
    <main>
      ${state.view.table ? tableView(state) : similarity(state, acts)}
      <aside aria-label="Between encoders">
        <section>
          <h2>Agreement</h2>
          ${agreementTable(state)}
        </section>
        ${disputedSection(state, acts)}
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
  const counts = [count(spec.sources.length, "file"), count(state.segments.length, "segment"), count(ids.length, "encoder")].join(
    " · ",
  );
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
    <nav class="chips" aria-label="Encoders">
      ${state.encoders.map(
        (encoder, index) =>
          html`<button
            class="chip dot-${index % 8}"
            aria-pressed=${ids.includes(encoder.id)}
            @click=${() => {
              const others = ids.filter((id) => id !== encoder.id);
              const next = others.length < ids.length ? others : [...ids, encoder.id];
              if (next.length > 0) send({ type: "compare", split: spec.split, encoders: next });
            }}
          >
            <i></i>${encoder.name}
          </button>`,
      )}
    </nav>
  `;
}

function banner(state: State, { send }: Acts): TemplateResult | typeof nothing {
  const spec = state.spec!;
  const again = (label: string): TemplateResult =>
    button(
      label,
      () => {
        send({ type: "compare", split: spec.split, encoders: spec.encoders.map(({ id }) => id) });
      },
      "primary",
    );
  if (state.status === "failed" && state.error !== null)
    return html`<div class="banner" role="alert">
      <p><b>${state.error.message}</b> ${state.error.hint ?? ""}</p>
      ${again("Compare again")}
    </div>`;
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

/** The place of an encoder among all, which is its colour everywhere. */
const dotOf = (state: State, id: string): string =>
  `dot-${
    Math.max(
      0,
      state.encoders.findIndex((encoder) => encoder.id === id),
    ) % 8
  }`;

const encoderOf = (state: State, id: string): PanelEncoder | undefined => state.encoders.find((encoder) => encoder.id === id);

function similarity(state: State, { act, send }: Acts): TemplateResult {
  const order = shownOrder(state);
  const chosen = state.segment;
  // Labels that would touch are thinned out; the chosen one always shows.
  const step = Math.max(1, Math.ceil(order.length / 24));
  return html`<section class="similarity">
    <h2>Similarity</h2>
    <div class="grid">
      <div class="labels" aria-hidden="true">
        ${order.map((index, row) => {
          if (row % step !== 0 && index !== chosen && index !== state.cell?.i) return nothing;
          const marked = index === chosen || index === state.cell?.i || index === state.cell?.j;
          return html`<button
            tabindex="-1"
            class=${marked ? "on" : ""}
            data-place=${(row + 0.5) / order.length}
            @click=${() => {
              act({ type: "segment", segment: index });
              send({ type: "reveal", revision: state.revision, segments: [index], preserveFocus: true });
            }}
          >
            ${state.segments[index]!.label}
          </button>`;
        })}
      </div>
      <div class="tiles" data-count=${state.columns.size}>
        ${[...state.columns].map(([id, column]) => tile(state, id, column, send))}
      </div>
    </div>
  </section>`;
}

function tile(state: State, id: string, column: Column, send: Acts["send"]): TemplateResult {
  const encoder = encoderOf(state, id);
  const { card } = encoder ?? {};
  const facts =
    card === undefined ? "" : `${card.dimensions} dimensions · ${card.layers === 0 ? "static" : `${card.layers} layers`}`;
  return html`<article class="tile ${dotOf(state, id)}">
    <h3>
      <i></i
      ><button
        title="What this encoder is: its card"
        @click=${() => {
          send({ type: "openCard", id });
        }}
      >
        ${encoder?.name ?? id}
      </button>
    </h3>
    <p>${facts}</p>
    ${column.kind === "done" ? plot(state, id) : column.kind === "waiting" ? waiting(column) : failed(state, column, send)}
  </article>`;
}

function plot(state: State, id: string): TemplateResult {
  const result = resultOf(state, id)!;
  const { min, max } = distributionOf(result, state.segments.length);
  const without = result.hasVector.filter((has) => has === 0).length;
  const cut = result.read.filter((read) => read < 1).length;
  const difference = state.view.difference !== null && state.view.difference !== id;
  return html`
    <div
      class="plot"
      tabindex="0"
      role="application"
      aria-roledescription="heatmap"
      aria-label="Similarity by ${id}. Arrow keys move, Enter shows both places, N goes to the neighbours, T shows a table."
      data-encoder=${id}
    >
      <canvas class="cells"></canvas><canvas class="cross"></canvas>
    </div>
    <div class="legend">
      <canvas data-legend=${id}></canvas>
      ${
        difference
          ? html`<div><span>less similar</span><span>than ${state.view.difference}</span><span>more</span></div>`
          : html`<div><span>${min.toFixed(2)}</span><span>cosine</span><span>${max.toFixed(2)}</span></div>`
      }
    </div>
    ${without > 0 ? html`<p class="note">${without} without a vector: no word of them is known</p>` : nothing}
    ${cut > 0 ? html`<p class="note">${cut} read in part: longer than the encoder takes</p>` : nothing}
  `;
}

function waiting({ phase, done, total }: Extract<Column, { kind: "waiting" }>): TemplateResult {
  const words = { waiting: "waiting", loading: "loading the encoder", embedding: "embedding" }[phase];
  return html`<div class="plot placeholder">
    ${busy()}
    <p>${words}${total > 0 && phase === "embedding" ? ` ${done} of ${total}` : ""}</p>
  </div>`;
}

function failed(state: State, { error }: Extract<Column, { kind: "failed" }>, send: Acts["send"]): TemplateResult {
  const spec = state.spec!;
  return html`<div class="plot placeholder failed" role="alert">
    <p><b>${error.message}</b></p>
    <p>${error.hint ?? ""}</p>
    ${button("Retry", () => {
      send({ type: "compare", split: spec.split, encoders: spec.encoders.map(({ id }) => id) });
    })}
    ${button("Open log", () => {
      send({ type: "openLog" });
    })}
  </div>`;
}

function neighbours(state: State, { act, send }: Acts): TemplateResult {
  const segment = state.segments[state.segment];
  if (segment === undefined) return html``;
  const lists = neighbourLists(state);
  const source = state.spec!.sources[segment.document];
  const row = (id: string, neighbour: RankedNeighbour, rank: number): TemplateResult => {
    const { label } = state.segments[neighbour.index]!;
    const part = partRead(state, id, neighbour.index);
    return html`<li>
      <button
        title="${label}: cosine ${neighbour.score.toFixed(3)}, ${ordinal(neighbour.percentile)} percentile${part === undefined ? "" : `; its first ${part} % were read`}"
        @click=${() => {
          send({ type: "reveal", revision: state.revision, segments: [state.segment, neighbour.index], preserveFocus: true });
        }}
        @dblclick=${() => {
          act({ type: "segment", segment: neighbour.index });
        }}
      >
        <span class="rank">${rank + 1}</span><span class="score">${neighbour.score.toFixed(2)}</span
        ><span class="name ${neighbour.onlyHere ? "only" : ""}">${label}</span
        >${part === undefined ? nothing : html`<span class="part">${part} % read</span>`}<span class="move"
          >${moveOf(neighbour)}</span
        >
        <span class="bar"><span data-share=${neighbour.percentile}></span></span>
      </button>
    </li>`;
  };
  return html`<section class="neighbours">
    <h2 id="neighbours" tabindex="-1">Nearest neighbours</h2>
    <div class="grid">
      <div class="where"><b>${segment.label}</b>${source?.path.split(/[/\\]/).at(-1)}:${segment.range.start.line + 1}</div>
      <div class="tiles" data-count=${state.columns.size}>
        ${[...state.columns.keys()].map((id) => {
          const list = lists.get(id);
          return html`<ol class=${dotOf(state, id)} aria-label="Neighbours by ${id}">
            ${list === undefined || list.length === 0 ? html`<li class="note">${list === undefined ? "" : "no vector, no neighbours"}</li>` : list.map((neighbour, rank) => row(id, neighbour, rank))}
          </ol>`;
        })}
      </div>
    </div>
  </section>`;
}

const moveOf = ({ move, onlyHere }: RankedNeighbour): string =>
  onlyHere ? "only here" : move === null ? "" : move === 0 ? "=" : move > 0 ? `▲${move}` : `▼${-move}`;

function disputedSection(state: State, { act, send }: Acts): TemplateResult | typeof nothing {
  const pairs = disputed(state);
  if (pairs.length === 0) return nothing;
  return html`<section>
    <h2>Most disputed pairs</h2>
    <ul class="disputed">
      ${pairs.map(
        ({ i, j }) =>
          html`<li>
            <button
              @click=${() => {
                act({ type: "cell", cell: { i, j } });
                act({ type: "segment", segment: i });
                send({ type: "reveal", revision: state.revision, segments: [i, j], preserveFocus: true });
              }}
            >
              ${state.segments[i]!.label} · ${state.segments[j]!.label}
            </button>
            <small>
              ${[...state.columns.keys()].map((id) => {
                const score = scoreOf(state, id, i, j);
                return html`<span class=${dotOf(state, id)}
                  ><i></i>${score === undefined ? "–" : ordinal(score.percentile)}</span
                >`;
              })}
            </small>
          </li>`,
      )}
    </ul>
  </section>`;
}

function tip(state: State, { i, j }: Cell): TemplateResult {
  const [a, b] = [state.segments[i]!, state.segments[j]!];
  return html`
    <b>${a.label}</b> · <b>${b.label}</b> <code>${a.preview}</code><code>${b.preview}</code>
    <table>
      ${[...state.columns.keys()].map((id) => {
        const score = scoreOf(state, id, i, j);
        return html`<tr class=${dotOf(state, id)}>
          <td><i></i>${encoderOf(state, id)?.name ?? id}</td>
          <td>${score === undefined ? "–" : score.cosine.toFixed(2)}</td>
          <td>${score === undefined ? "" : ordinal(score.percentile)}</td>
          <td>${partsRead(state, id, i, j)}</td>
        </tr>`;
      })}
    </table>
  `;
}

/** Which of two segments the encoder read in part, and how much. */
const partsRead = (state: State, id: string, i: number, j: number): string =>
  [i, j]
    .flatMap((segment) => {
      const part = partRead(state, id, segment);
      return part === undefined ? [] : [`${part} % of ${state.segments[segment]!.label} read`];
    })
    .join(", ");

/** What a screen reader says of a cell. */
function spoken(state: State, { i, j }: Cell): string {
  const scores = [...state.columns.keys()].map((id) => {
    const score = scoreOf(state, id, i, j);
    const part = partsRead(state, id, i, j);
    return score === undefined
      ? `${id}: none`
      : `${id} ${score.cosine.toFixed(2)}, ${ordinal(score.percentile)} percentile${part === "" ? "" : `, ${part}`}`;
  });
  return `${state.segments[i]!.label} and ${state.segments[j]!.label}: ${scores.join("; ")}`;
}

/** Most pairs in the table: a page of thousands of rows helps nobody. */
const TABLE_PAIRS = 500;

function tableView(state: State): TemplateResult {
  const order = shownOrder(state);
  const ids = [...state.columns.keys()];
  const pairs = order.flatMap((i, at) => order.slice(at + 1).map((j) => ({ i, j }))).slice(0, TABLE_PAIRS);
  return html`<section class="similarity">
    <h2>Similarity as a table</h2>
    <div class="scroll" tabindex="0" role="region" aria-label="Similarity as a table">
      <table class="pairs">
        <thead>
          <tr>
            <th scope="col">Segment</th>
            <th scope="col">Segment</th>
            ${ids.map((id) => html`<th scope="col">${encoderOf(state, id)?.name ?? id}</th>`)}
          </tr>
        </thead>
        <tbody>
          ${pairs.map(
            ({ i, j }) =>
              html`<tr>
                <th scope="row">${state.segments[i]!.label}</th>
                <td>${state.segments[j]!.label}</td>
                ${ids.map((id) => {
                  const score = scoreOf(state, id, i, j);
                  return html`<td class="number">
                    ${score === undefined ? "–" : `${score.cosine.toFixed(2)} · ${ordinal(score.percentile)}`}
                  </td>`;
                })}
              </tr>`,
          )}
        </tbody>
      </table>
    </div>
  </section>`;
}

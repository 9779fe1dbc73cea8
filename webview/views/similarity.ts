import { html, nothing, type TemplateResult } from "lit-html";

import { encoderOf, nameOf } from "../knownEncoders.ts";
import { shownOrder, type Cell, type Column, type State } from "../state.ts";
import { busy, button } from "../ui.ts";
import { compareAgain, type Acts } from "./acts.ts";
import { distributionOf, partRead, resultOf, scoreOf } from "./derive.ts";
import { openLog } from "./errorBanner.ts";
import { groupLine } from "./grouping.ts";
import { dotOf, factsOf, headOf, label, ordinal } from "./encoderMarks.ts";

/** Most labels that ever have room beside a heatmap; how many do is seen when they are placed. */
const LABELS = 24;

/** Early layers see all texts as nearly the same: then two digits would say nothing of where their cosines lie. */
const NARROW = 0.05;

/** One heatmap per encoder, in one order. */
export function similarity(state: State, { act, send }: Acts): TemplateResult {
  const order = shownOrder(state);
  const chosen = state.segment;
  // The chosen one always shows.
  const step = Math.max(1, Math.ceil(order.length / LABELS));
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
      <div class="tiles${state.view.grouping === "none" ? "" : " grouped"}" data-count=${state.columns.size}>
        ${[...state.columns].map(([id, column]) => tile(state, id, column, send))}
      </div>
    </div>
  </section>`;
}

function tile(state: State, id: string, column: Column, send: Acts["send"]): TemplateResult {
  const encoder = encoderOf(state, id);
  return html`<article class="tile ${dotOf(state, id)}">
    ${groupLine(state, [...state.columns.keys()], id, state.view.grouping)}
    <h3>
      <i></i
      ><button
        title="${nameOf(state, id)}: what it is, on its card"
        @click=${() => {
          send({ type: "openCard", id });
        }}
      >
        ${headOf(state, id)}
      </button>
    </h3>
    <p title=${factsOf(encoder)}>${factsOf(encoder)}</p>
    ${column.kind === "done" ? plot(state, id) : column.kind === "waiting" ? waiting(column) : failed(state, column, send)}
  </article>`;
}

function plot(state: State, id: string): TemplateResult {
  const result = resultOf(state, id)!;
  const { min, max } = distributionOf(result, state.segments.length);
  const digits = max - min < NARROW ? 4 : 2;
  const without = result.hasVector.filter((has) => has === 0).length;
  const cut = result.read.filter((read) => read < 1).length;
  const difference = state.view.difference !== null && state.view.difference !== id;
  return html`
    <div
      class="plot"
      tabindex="0"
      role="application"
      aria-roledescription="heatmap"
      aria-label="Similarity by ${nameOf(state, id)}. Arrow keys move, Enter shows both places, N goes to the neighbours, T shows a table."
      data-encoder=${id}
    >
      <canvas class="cells"></canvas><canvas class="cross"></canvas>
    </div>
    <div class="legend">
      <canvas data-legend=${id}></canvas>
      ${
        difference
          ? html`<div><span>less similar</span><span>than ${nameOf(state, state.view.difference)}</span><span>more</span></div>`
          : html`<div><span>${min.toFixed(digits)}</span><span>cosine</span><span>${max.toFixed(digits)}</span></div>`
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
  return html`<div class="plot placeholder failed" role="alert">
    <p><b>${error.message}</b></p>
    <p>${error.hint ?? ""}</p>
    ${button("Retry", () => {
      compareAgain(state, send);
    })}
    ${openLog(send)}
  </div>`;
}

/** Both texts of a cell, and what every encoder makes of them. */
export function tip(state: State, { i, j }: Cell): TemplateResult {
  const [a, b] = [state.segments[i]!, state.segments[j]!];
  return html`
    <b>${a.label}</b> · <b>${b.label}</b> <code>${a.preview}</code><code>${b.preview}</code>
    <table>
      ${[...state.columns.keys()].map((id) => {
        const score = scoreOf(state, id, i, j);
        return html`<tr class=${dotOf(state, id)}>
          <td><i></i>${label(state, id)}</td>
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
export function spoken(state: State, { i, j }: Cell): string {
  const scores = [...state.columns.keys()].map((id) => {
    const name = nameOf(state, id);
    const score = scoreOf(state, id, i, j);
    const part = partsRead(state, id, i, j);
    return score === undefined
      ? `${name}: none`
      : `${name} ${score.cosine.toFixed(2)}, ${ordinal(score.percentile)} percentile${part === "" ? "" : `, ${part}`}`;
  });
  return `${state.segments[i]!.label} and ${state.segments[j]!.label}: ${scores.join("; ")}`;
}

/** Most pairs in the table: a page of thousands of rows helps nobody. */
const TABLE_PAIRS = 500;

/** The same numbers for whom a picture says nothing. */
export function tableView(state: State): TemplateResult {
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
            ${ids.map((id) => html`<th scope="col">${groupLine(state, ids, id, state.view.grouping)}${label(state, id)}</th>`)}
          </tr>
        </thead>
        <tbody>
          ${pairs.map(
            ({ i, j }) =>
              html`<tr>
                <th scope="row" title=${state.segments[i]!.label}>${state.segments[i]!.label}</th>
                <td title=${state.segments[j]!.label}>${state.segments[j]!.label}</td>
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

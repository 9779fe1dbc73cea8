import { html, nothing, type TemplateResult } from "lit-html";

import { encoderOf, nameOf } from "../knownEncoders.ts";
import type { State } from "../state.ts";
import type { Acts } from "./acts.ts";
import { disputed, neighbourLists, partRead, scoreOf, type RankedNeighbour } from "./derive.ts";
import { dotOf, factsOf, headOf, mark, moveMark, ordinal } from "./encoderMarks.ts";
import { groupLine } from "./grouping.ts";

/** Up to here the lists stand in one row, each below its heatmap; beyond they say whose they are. */
const ONE_ROW = 4;

/** Who each encoder says is nearest to the chosen segment. */
export function neighbours(state: State, { act, send }: Acts): TemplateResult {
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
          >${moveMark(neighbour)}</span
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
          return html`<div class=${dotOf(state, id)}>
            ${state.columns.size > ONE_ROW ? groupLine(state, [...state.columns.keys()], id, state.view.grouping) : nothing}
            ${
              state.columns.size > ONE_ROW
                ? html`<p class="whose" title=${nameOf(state, id)}>
                    <i></i>${encoderOf(state, id)?.variant === undefined ? headOf(state, id) : factsOf(encoderOf(state, id))}
                  </p>`
                : nothing
            }
            <ol aria-label="Neighbours by ${nameOf(state, id)}">
              ${list === undefined || list.length === 0 ? html`<li class="note">${list === undefined ? "" : "no vector, no neighbours"}</li>` : list.map((neighbour, rank) => row(id, neighbour, rank))}
            </ol>
          </div>`;
        })}
      </div>
    </div>
  </section>`;
}

/** The pairs the encoders see most differently. */
export function disputedSection(state: State, { act, send }: Acts): TemplateResult | typeof nothing {
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
                return html`<span class=${dotOf(state, id)} title=${nameOf(state, id)}
                  >${mark(state, id)}${score === undefined ? "–" : ordinal(score.percentile)}</span
                >`;
              })}
            </small>
          </li>`,
      )}
    </ul>
  </section>`;
}

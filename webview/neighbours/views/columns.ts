import { html, nothing, type TemplateResult } from "lit-html";
import { guard } from "lit-html/directives/guard.js";

import { BM25 } from "../../../src/protocol/neighboursPanel.ts";
import { busy, button } from "../../ui.ts";
import { encoderOf } from "../../knownEncoders.ts";
import { factsOf, headOf } from "../../views/encoderMarks.ts";
import { openLog } from "../../views/errorBanner.ts";
import { groupLine } from "../../views/grouping.ts";
import { overlap, rankedLists, type Ranked } from "../ranked.ts";
import { nameOf, shows, type Column, type Found, type State } from "../state.ts";
import { count, number, partSearched } from "../words.ts";
import type { Acts } from "./acts.ts";
import { markOf } from "./dot.ts";
import { row } from "./row.ts";
import { strip } from "./strip.ts";

/** One list per encoder and BM25's, side by side. */
export function columns(state: State, acts: Acts): TemplateResult {
  return html`<section class="found">
    <h2>Nearest neighbours</h2>
    <p class="summary">${summary(state)}</p>
    <div class="tiles" data-count=${state.columns.size}>
      ${[...state.columns].map(([id, column]) => tile(state, acts, id, column))}
    </div>
  </section>`;
}

/** How far the lists agree, in words. */
function summary({ columns: lists, status, result }: State): string {
  const found = overlap(lists);
  const searched = result?.kind === "neighbours" ? `${count(result.segments, "segment")} in ${count(result.files, "file")}` : "";
  if (found === undefined) return status === "running" ? "Searching …" : searched;
  const shared =
    found.encoders < 2
      ? []
      : [`${found.sharedByAll} of ${found.of} shared by ${found.encoders === 2 ? "both" : `all ${found.encoders}`} encoders`];
  return [...shared, `${found.onlyInOne} only in one list`, ...(searched === "" ? [] : [searched])].join(" · ");
}

function tile(state: State, acts: Acts, id: string, column: Column): TemplateResult {
  const encoder = encoderOf(state, id);
  const name = nameOf(state, id);
  const part = column.kind === "done" ? partSearched(column.found.coverage) : undefined;
  return html`<article class="tile ${markOf(state, id)}" aria-label=${name}>
    ${groupLine(state, [...state.columns.keys()], id, state.view.grouping)}
    <h3>
      <i></i>${
        id === BM25
          ? html`<span title="Okapi BM25 over words and the parts of identifiers: what a search without meaning finds"
              >${name}</span
            >`
          : html`<button
              title="${name}: what it is, on its card"
              @click=${() => {
                acts.send({ type: "openCard", id });
              }}
            >
              <bdi>${headOf(state, id)}</bdi>
            </button>`
      }${part === undefined || part === 0 ? nothing : html`<span class="part" title="The rest is not embedded yet and so was not searched">${part} % indexed</span>`}
    </h3>
    <p title=${id === BM25 ? "" : factsOf(encoder)}>${id === BM25 ? "lexical · words in common" : factsOf(encoder)}</p>
    ${
      column.kind === "waiting"
        ? html`<div class="placeholder">
            ${busy()}
            <p>searching</p>
          </div>`
        : column.kind === "failed"
          ? failed(column.error, acts)
          : list(state, acts, id, column.found)
    }
  </article>`;
}

function failed(error: { readonly message: string; readonly hint?: string }, { send }: Acts): TemplateResult {
  return html`<div class="placeholder failed" role="alert">
    <p><b>${error.message}</b></p>
    <p>${error.hint ?? ""}</p>
    ${button("Choose Encoders", () => {
      send({ type: "chooseEncoders" });
    })}
    ${openLog(send)}
  </div>`;
}

function list(state: State, acts: Acts, id: string, { hits, scale, coverage }: Found): TemplateResult {
  if (coverage.done === 0 && hits.length === 0) return notIndexed(state, acts, id);
  if (hits.length === 0) return nothingFound(state, acts);
  const ranked = rankedLists(state.columns).get(id)!;
  const marked = state.text;
  const tabbed = state.rows.get(id) ?? 0;
  const best = hits[0]!.score;
  return html`
    ${
      scale !== null
        ? guard([ranked, ranked.some(({ hit }) => hit.text === marked) ? marked : null], () => strip(scale, ranked, marked))
        : html`<div class="strip words">
            ${id === BM25 ? "no cosines: only the order counts" : "too few segments to tell what a cosine means"}
          </div>`
    }
    <ol aria-label="Neighbours by ${nameOf(state, id)}">
      ${ranked.map(
        (entry, at) =>
          html`<li class=${rowClass(entry, marked)}>
            ${guard(
              [entry, tabbed === at, shows(state, "text", id, at), shows(state, "whole", id, at), shows(state, "places", id, at)],
              () => row(state, acts, { id, ranked: entry, scale, best }),
            )}
          </li>`,
      )}
    </ol>
  `;
}

const rowClass = ({ hit, onlyHere }: Ranked, marked: number | null): string =>
  `row${hit.text === marked ? " same" : ""}${onlyHere ? " alone" : ""}`;

function notIndexed({ index }: State, { send }: Acts, id: string): TemplateResult {
  const coverage = index?.encoders.find((encoder) => encoder.id === id);
  // An index that is made for other encoders will not come round to this one.
  const indexing = index?.state === "scanning" || (index?.state === "embedding" && coverage !== undefined);
  if (indexing)
    return html`<div class="placeholder">
      ${busy()}
      <p>
        ${
          index.state === "scanning" || coverage === undefined || coverage.total === 0
            ? "Looking at the files of this workspace"
            : `Indexing: ${number(coverage.done)} of ${count(coverage.total, "text")}`
        }
      </p>
    </div>`;
  return html`<div class="placeholder">
    <p>Nothing is indexed for ${id === BM25 ? "BM25" : "this encoder"} yet</p>
    ${button(
      "Index Workspace",
      () => {
        send({ type: "startIndexing" });
      },
      "primary",
    )}
  </div>`;
}

function nothingFound({ spec }: State, { send }: Acts): TemplateResult {
  const { path = "", languages = [], otherFiles = false } = spec?.filter ?? {};
  const filtered = path !== "" || languages.length > 0 || otherFiles;
  return html`<div class="placeholder">
    <p>${filtered ? "Nothing found that passes the filters" : "Nothing found"}</p>
    ${
      filtered
        ? button("Clear Filters", () => {
            send({ type: "search", filter: {} });
          })
        : nothing
    }
  </div>`;
}

import { html, nothing, type TemplateResult } from "lit-html";

import { busy, button } from "../../ui.ts";
import { errorBanner, openLog } from "../../views/errorBanner.ts";
import type { State } from "../state.ts";
import { count, number } from "../words.ts";
import type { Acts } from "./acts.ts";
import { columns } from "./columns.ts";
import { duplicates } from "./duplicates.ts";
import { head, queryText } from "./head.ts";
import { hubs } from "./hubs.ts";

/** The whole page: one of its three views under one head. */
export function page(state: State, acts: Acts): TemplateResult {
  if (state.spec === null)
    return html`<main class="empty">
      <h1>Nothing searched yet</h1>
      <p>Select some code or prose in an editor, right-click, and choose <b>Find Nearest Neighbours</b>.</p>
    </main>`;
  return html`
    ${head(state, acts)} ${banners(state, acts)}
    <main>${queryText(state, acts)} ${indexLine(state, acts)} ${view(state, acts)}</main>
    <footer>${isEmpty(state) ? nothing : keys(state)}</footer>
    <div class="visually-hidden" aria-live="polite" id="live">${state.said}</div>
  `;
}

function view(state: State, acts: Acts): TemplateResult | typeof nothing {
  const { result } = state;
  if (state.spec?.what.kind === "neighbours") return columns(state, acts);
  if (result?.kind === "hubs") return hubs(state, acts, result);
  if (result?.kind === "duplicates") return duplicates(state, acts, result);
  return nothing;
}

/** Nothing is there that keys could lead to. */
const isEmpty = ({ result }: State): boolean =>
  (result?.kind === "duplicates" && result.pairs.length === 0) || (result?.kind === "hubs" && result.hubs.length === 0);

const keys = ({ spec }: State): TemplateResult => {
  const key = (name: string, what: string): TemplateResult => html`<span><kbd>${name}</kbd> ${what}</span>`;
  const search = spec?.what.kind === "neighbours";
  return html`${key("↑ ↓", "move")} ${search ? key("← →", "same text in the next list") : nothing}
  ${spec?.what.kind === "duplicates" ? key("← →", "other side") : nothing} ${key("Enter", "open")}
  ${spec?.what.kind === "hubs" ? nothing : key("Space", "show text")}
  ${spec?.what.kind === "hubs" ? nothing : key("a", "all lines")} ${key("n", "neighbours of this")} ${key("c", "copy path")}
  ${search ? key("/", "to the query") : nothing}`;
};

function banners(state: State, { send }: Acts): TemplateResult {
  return html`
    ${
      state.status === "failed" && state.error !== null
        ? errorBanner(
            state.error,
            button(
              "Search again",
              () => {
                send({ type: "search" });
              },
              "primary",
            ),
            openLog(send),
          )
        : nothing
    }
    ${state.status === "running" ? running(state, send) : nothing}
  `;
}

/** Lists have their own wheels; what looks at the whole workspace takes longer and says how far it is. */
function running({ spec, progress }: State, send: (message: { type: "cancel" }) => void): TemplateResult | typeof nothing {
  if (spec?.what.kind === "neighbours") return nothing;
  return html`<div class="banner" role="status">
    ${busy()}
    <p>
      ${progress === null ? "Looking at the whole index …" : `Looked at ${number(progress.done)} of ${count(progress.total, "text")}`}
    </p>
    ${button("Cancel", () => {
      send({ type: "cancel" });
    })}
  </div>`;
}

/** How the index grows under the results, if it does. */
function indexLine(state: State, { send }: Acts): TemplateResult | typeof nothing {
  const { index } = state;
  if (index === null || state.spec?.source === "shared") return nothing;
  const again =
    state.status === "done" && grown(state)
      ? html`<button
          class="link"
          @click=${() => {
            send({ type: "search" });
          }}
        >
          Search again
        </button>`
      : nothing;
  const words = indexWords(state);
  if (words === "" && again === nothing) return nothing;
  return html`<p class="index-line">${words === "" ? "The index has grown since this search." : words} ${again}</p>`;
}

function indexWords({ index, spec }: State): string {
  if (index === null) return "";
  const chosen = index.encoders.filter(({ id }) => spec?.encoders.some((encoder) => encoder.id === id));
  switch (index.state) {
    case "scanning":
      return index.scan === undefined
        ? "Indexing: looking at files …"
        : `Indexing: ${number(index.scan.done)} of ${count(index.scan.total, "file")} looked at`;
    case "embedding":
    case "paused": {
      const open = chosen.filter(({ done, total }) => done < total);
      if (open.length === 0) return "";
      const [done, total] = [open.reduce((sum, each) => sum + each.done, 0), open.reduce((sum, each) => sum + each.total, 0)];
      const left = Math.max(...open.map(({ secondsLeft }) => secondsLeft ?? 0));
      const time =
        index.state === "paused"
          ? ""
          : left > 90
            ? `, ${Math.round(left / 60)} min left`
            : left > 0
              ? `, ${Math.ceil(left)} s left`
              : "";
      return `${index.state === "paused" ? pausedWords(index.waitingFor) : "Indexing"}: ${number(done)} of ${count(total, "vector")}${time}`;
    }
    case "closed":
    case "idle":
      return "";
  }
}

const pausedWords = (reason: "battery" | "otherWindow" | undefined): string =>
  reason === "battery"
    ? "Indexing waits for the power supply"
    : reason === "otherWindow"
      ? "Another window is indexing"
      : "Indexing is paused";

/** Whether anything these results are of has been indexed since the search began. */
function grown({ index, searched, spec }: State): boolean {
  if (index === null || searched === null) return false;
  return (
    index.texts !== searched.texts ||
    index.encoders.some(
      ({ id, done }) =>
        spec?.encoders.some((encoder) => encoder.id === id) === true &&
        done > (searched.encoders.find((encoder) => encoder.id === id)?.done ?? 0),
    )
  );
}

import { html, nothing, type TemplateResult } from "lit-html";

import type { SearchFilter, SearchSpec } from "../../../src/protocol/neighboursPanel.ts";
import { action, checklist, segmented, select, textBox, toggle, type Choice } from "../../ui.ts";
import { encodersRow } from "../../views/grouping.ts";
import { markdown } from "../markdown.ts";
import { queryPlace } from "../query.ts";
import { rankedLists } from "../ranked.ts";
import type { State } from "../state.ts";
import { count, placeWords } from "../words.ts";
import type { Acts } from "./acts.ts";
import { text } from "./text.ts";

const LENGTHS = [5, 10, 20, 50];
/** First lines of the query's text that show unless all are asked for. */
const QUERY_LINES = 3;

/** What is searched, how, and what can be done with it. */
export function head(state: State, acts: Acts): TemplateResult {
  const spec = state.spec!;
  const { act, send } = acts;
  const search = spec.what.kind === "neighbours";
  return html`
    <header>
      ${title(state, spec, acts)}
      ${
        spec.what.kind === "duplicates"
          ? select(
              "Found by",
              spec.encoders.map((_, at): Choice<string> => ({
                value: String(at + 1),
                label: at + 1 === spec.encoders.length ? `all ${at + 1}` : `at least ${at + 1}`,
              })),
              String(Math.min(spec.atLeast, spec.encoders.length)),
              (value) => {
                send({ type: "search", atLeast: Number(value) });
              },
            )
          : select("Nearest", lengths(spec.k), String(spec.k), (value) => {
              send({ type: "search", k: Number(value) });
            })
      }
      ${search ? filters(state, spec, send) : nothing}
      ${
        search && state.shared
          ? segmented(
              "Search in",
              [
                { value: "workspace", label: "Workspace" },
                { value: "shared", label: "Shared" },
              ],
              spec.source,
              (source) => {
                send({ type: "search", source });
              },
            )
          : nothing
      }
      <span class="actions" role="group" aria-label="Results">
        ${
          spec.what.kind === "hubs"
            ? nothing
            : toggle("Text", "Show some text of each result", state.view.text, (on) => {
                act({ type: "view", change: { text: on } });
              })
        }
        ${toggle("Keep", "Keep these results: the next search opens a panel of its own", spec.kept, (kept) => {
          act({ type: "kept", kept });
          send({ type: "keep", kept });
        })}
        ${action("Copy", "Copy the results as Markdown", () => {
          send({ type: "copy", text: markdown(state) });
          act({ type: "say", words: "Results copied" });
        })}
        ${
          search
            ? action("Compare these", "Compare the first encoder's results in heatmaps", () => {
                compareThese(state, acts);
              })
            : nothing
        }
      </span>
    </header>
    ${encodersRow(
      state,
      spec.encoders.map(({ id }) => id),
      (encoders) => {
        send({ type: "search", encoders });
      },
      (grouping) => {
        act({ type: "view", change: { grouping } });
      },
    )}
  `;
}

function title(state: State, { what, title: words }: SearchSpec, { send }: Acts): TemplateResult {
  if (what.kind === "hubs") return html`<h1>Hubs <span>${lookedAt(state)}</span></h1>`;
  if (what.kind === "duplicates") return html`<h1>Near-duplicates <span>${lookedAt(state)}</span></h1>`;
  if (what.query.kind === "words")
    return html`<h1 class="visually-hidden">Search by meaning: ${what.query.text}</h1>
      <div class="search">
        ${textBox({
          id: "query",
          label: "Search by meaning",
          placeholder: "What the text is about",
          value: what.query.text,
          onEnter: (value) => {
            if (value.trim() !== "") send({ type: "search", words: value.trim() });
          },
        })}
      </div>`;
  const place = queryPlace(state);
  const label = state.result?.kind === "neighbours" ? state.result.query.label : words;
  return html`<h1><bdi>${label}</bdi> <span>${place === undefined ? nothing : html`<bdi>${placeWords(place)}</bdi>`}</span></h1>`;
}

const lookedAt = ({ result }: State): string =>
  result === null || result.kind === "neighbours" ? "" : `among ${count(result.texts, "text")}`;

const lengths = (k: number): Choice<string>[] =>
  [...new Set([...LENGTHS, k])].toSorted((a, b) => a - b).map((length) => ({ value: String(length), label: String(length) }));

function filters({ index }: State, { filter, what }: SearchSpec, send: Acts["send"]): TemplateResult {
  const languages = index?.languages ?? [];
  const change = (part: SearchFilter): void => {
    const { path, languages: chosen, otherFiles } = { ...filter, ...part };
    send({
      type: "search",
      filter: {
        ...(path === undefined || path === "" ? {} : { path }),
        ...(chosen === undefined || chosen.length === 0 ? {} : { languages: chosen }),
        ...(otherFiles === true ? { otherFiles } : {}),
      },
    });
  };
  const hasPlace =
    what.kind === "neighbours" && (what.query.kind === "place" || (what.query.kind === "passage" && what.query.at !== undefined));
  return html`
    <span class="path-filter"
      >${textBox({
        id: "filter",
        label: "Only paths that match: a word, or a pattern such as src/**/*.ts",
        placeholder: "all paths",
        value: filter.path ?? "",
        onEnter: (path) => {
          change({ path: path.trim() });
        },
      })}</span
    >
    ${
      languages.length < 2
        ? nothing
        : checklist(
            "Languages",
            languages.map((value) => ({ value, label: value })),
            filter.languages ?? [],
            (chosen) => {
              change({ languages: chosen });
            },
          )
    }
    ${
      hasPlace
        ? toggle("Other files only", "Leave out the file that this text stands in", filter.otherFiles ?? false, (otherFiles) => {
            change({ otherFiles });
          })
        : nothing
    }
  `;
}

/** The text whose neighbours are listed; it may be folded to its first line. */
export function queryText(state: State, { act }: Acts): TemplateResult | typeof nothing {
  const query = state.spec?.what.kind === "neighbours" ? state.spec.what.query : undefined;
  if (query === undefined || query.kind === "words") return nothing;
  const content = state.result?.kind === "neighbours" ? state.result.query.content : query.kind === "passage" ? query.text : "";
  if (content === "") return nothing;
  const whole = state.toggled.has("whole 0 query");
  return html`<details class="asked" open>
    <summary>
      <span class="visually-hidden">What was searched: </span><span class="first">${content.trimStart().split("\n", 1)[0]}</span>
    </summary>
    ${text({
      content,
      start: queryPlace(state)?.range.start ?? { line: 0, character: 0 },
      best: -1,
      whole,
      shown: QUERY_LINES,
      onWhole: () => {
        act({ type: "toggle", part: "whole", column: "query", row: 0 });
      },
    })}
  </details>`;
}

/** The first encoder's hits and where the query itself stands, as a comparison. */
function compareThese(state: State, { act, send }: Acts): void {
  const [first = []] = rankedLists(state.columns).values();
  const asked = queryPlace(state);
  const places = [...(asked === undefined ? [] : [asked]), ...first.map(({ hit }) => hit.places[0]!)]
    .filter(({ file }) => file !== "")
    .map(({ file, range }) => ({ file, range }));
  if (places.length > 1) send({ type: "compare", places });
  else act({ type: "say", words: "There are not two results to compare" });
}

import { BM25, type DuplicatesResult, type HubsResult, type Place } from "../../src/protocol/neighboursPanel.ts";
import { queryPlace } from "./query.ts";
import { rankedLists } from "./ranked.ts";
import { nameOf, type State } from "./state.ts";
import { hubWords, placeWords, scaleWords, signed } from "./words.ts";

/** What the page shows, to be pasted elsewhere. */
export function markdown(state: State): string {
  const { result } = state;
  if (result?.kind === "hubs") return hubsText(state, result);
  if (result?.kind === "duplicates") return duplicatesText(state, result);
  return neighboursText(state);
}

function neighboursText(state: State): string {
  const query = state.spec?.what.kind === "neighbours" ? state.spec.what.query : undefined;
  const place = queryPlace(state);
  const asked =
    query?.kind === "words"
      ? query.text
      : ((state.result?.kind === "neighbours" ? state.result.query.label : state.spec?.title) ?? "");
  const lists = [...rankedLists(state.columns)].map(([id, list]) => {
    const column = state.columns.get(id);
    const scale = column?.kind === "done" ? column.found.scale : null;
    const rows = list.map(({ hit, rank, onlyHere }) => {
      const score = id === BM25 || scale !== null ? `${signed(hit.score)} ` : "";
      const label = onlyHere ? `**${code(hit.places[0]!.label)}**` : code(hit.places[0]!.label);
      return `${rank}. ${score}${label} ${hit.places.map((at) => code(placeWords(at))).join(", ")}`;
    });
    return [`## ${nameOf(state, id)}${scale === null ? "" : ` (${scaleWords(scale)})`}`, "", ...rows].join("\n");
  });
  const where = place === undefined ? "" : ` (${code(`${place.path}:${place.range.start.line + 1}`)})`;
  return `${[`# Nearest neighbours of ${code(asked)}${where}`, ...lists].join("\n\n")}\n`;
}

function hubsText(state: State, { hubs, k, skewness, texts }: HubsResult): string {
  const ids = Object.keys(skewness);
  return table(`# Hubs among ${texts} texts (nearest ${k})`, [
    [
      "Segment",
      "Place",
      ...ids.map((id) => `${nameOf(state, id)} (${hubWords(skewness[id]!)}, skewness ${signed(skewness[id]!)})`),
    ],
    ...hubs.map(({ places, occurrences }) => [...named(places), ...ids.map((id) => String(occurrences[id] ?? "–"))]),
  ]);
}

function duplicatesText(state: State, { pairs, atLeast, texts }: DuplicatesResult): string {
  const ids = (state.spec?.encoders ?? []).map(({ id }) => id);
  return table(`# Near-duplicates among ${texts} texts (found by at least ${atLeast})`, [
    ["Segment", "Place", "Segment", "Place", ...ids.map((id) => nameOf(state, id))],
    ...pairs.map(({ a, b, closeness }) => [
      ...named(b === undefined ? a.places.slice(0, 1) : a.places),
      ...named(b === undefined ? a.places.slice(1) : b.places),
      ...ids.map((id) => (closeness[id] === undefined ? "–" : signed(closeness[id]))),
    ]),
  ]);
}

const named = (places: readonly Place[]): string[] => [
  code(places[0]?.label ?? ""),
  places.map((place) => code(placeWords(place))).join(", "),
];

function table(heading: string, [head, ...rows]: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]): string => `| ${cells.map((cell) => cell.replaceAll("|", "\\|")).join(" | ")} |`;
  return `${[heading, "", line(head!), line(head!.map(() => "---")), ...rows.map(line)].join("\n")}\n`;
}

/** As code, whatever backticks are in it. */
function code(words: string): string {
  const one = words.replace(/\s+/g, " ").trim();
  if (!one.includes("`")) return `\`${one}\``;
  const fence = "`".repeat(Math.max(...(one.match(/`+/g) ?? []).map(({ length }) => length)) + 1);
  return `${fence} ${one} ${fence}`;
}

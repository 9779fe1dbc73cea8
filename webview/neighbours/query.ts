import type { Range } from "../../src/core/text/segment.ts";
import type { State } from "./state.ts";

export interface QueryPlace {
  readonly file: string;
  readonly path: string;
  readonly range: Range;
}

/** Where the text stands whose neighbours are searched; undefined for typed words. */
export function queryPlace({ spec, result }: Pick<State, "spec" | "result">): QueryPlace | undefined {
  if (result?.kind === "neighbours" && result.query.place !== undefined) return result.query.place;
  const query = spec?.what.kind === "neighbours" ? spec.what.query : undefined;
  if (query?.kind === "passage" && query.at !== undefined)
    return { file: query.at.path, path: baseName(query.at.path), range: query.at.range };
  if (query?.kind === "place")
    return { file: query.path, path: baseName(query.path), range: { start: query.position, end: query.position } };
  return undefined;
}

const baseName = (path: string): string => path.split(/[/\\]/).at(-1) ?? path;

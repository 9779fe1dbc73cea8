import { createHash } from "node:crypto";

import * as v from "valibot";

import { sharedMismatch } from "../../protocol/sharedErrors.ts";
import type { Place } from "../../protocol/workspace.ts";
import type { Described, EncoderKey, VectorRow } from "./vectorStore.ts";

/**
 * A row of a collection: one per text and repository. Were it one per text, two who share at the same time would each
 * put back places that the other had just changed; so each writes rows of its own only, a repository can be left out or
 * taken away by itself, and the price is one vector more for a text that several repositories have.
 */
export interface MilvusRow {
  readonly key: string;
  readonly hash: string;
  readonly repository: string;
  /** Tells whether content or places have changed since. */
  readonly digest: string;
  /** No vector, and so never found: the field itself must have one. */
  readonly empty: boolean;
  readonly languages: readonly string[];
  /** JSON. */
  readonly places: string;
  readonly content: string;
  readonly vector: readonly number[];
}

/** Bytes of UTF-8, as Milvus counts them; 65,535 is the most it takes. */
export const LIMITS = { key: 64, repository: 256, language: 64, languages: 16, text: 65_535 } as const;

/** Longest content that is sent, in UTF-16 code units: what a reader looks at, not what was encoded. */
const MAX_CONTENT = 8_000;
/** Places of one text in one repository: boilerplate stands in thousands. */
const MAX_PLACES = 20;
const MAX_LABEL = 200;

/** Primary key of a text in a repository: sha256, hex. */
export const keyOf = (repository: string, hash: string): string =>
  createHash("sha256").update(`${hash} ${repository}`).digest("hex");

/** One collection per identity, and per layout of rows, so that neither ever meets another of its kind. */
export const collectionOf = ({ identity }: EncoderKey): string =>
  `compare_embeddings_v1_${createHash("sha256").update(identity).digest("hex").slice(0, 40)}`;

export function milvusRow(repository: string, { hash, vector, described }: VectorRow): MilvusRow {
  let kept = (described?.places ?? []).slice(0, MAX_PLACES).map(storedPlace);
  while (Buffer.byteLength(JSON.stringify(kept)) > LIMITS.text) kept = kept.slice(0, kept.length / 2);
  const places = JSON.stringify(kept);
  const content = (described?.content ?? "").slice(0, MAX_CONTENT).toWellFormed();
  const empty = vector.every((x) => x === 0);
  return {
    key: keyOf(repository, hash),
    hash,
    repository,
    digest: digestOf(places, content),
    empty,
    languages: [...new Set(kept.map(({ languageId }) => languageId))]
      .filter((language) => Buffer.byteLength(language) <= LIMITS.language)
      .slice(0, LIMITS.languages),
    places,
    content,
    vector: empty ? unitVector(vector.length) : Array.from(vector),
  };
}

/** The file's absolute path stays here: it names this machine's user. */
const storedPlace = ({ path, languageId, range, label, kind }: Place): Omit<Place, "file"> => ({
  path,
  languageId,
  range,
  label: label.slice(0, MAX_LABEL).toWellFormed(),
  kind,
});

const digestOf = (...parts: readonly string[]): string => createHash("sha256").update(parts.join("\n")).digest("hex");

/** A cosine needs a length. */
const unitVector = (dimensions: number): number[] => Array.from({ length: dimensions }, (_, index) => (index === 0 ? 1 : 0));

const whole = v.pipe(v.number(), v.integer(), v.minValue(0));
const position = v.object({ line: whole, character: whole });
const KINDS = [
  "function",
  "method",
  "class",
  "interface",
  "type",
  "module",
  "heading",
  "paragraph",
  "line",
  "file",
  "selection",
  "code",
] as const;
const storedPlaces = v.pipe(
  v.string(),
  v.parseJson(),
  v.array(
    v.object({
      path: v.string(),
      languageId: v.string(),
      range: v.object({ start: position, end: position }),
      label: v.string(),
      kind: v.picklist(KINDS),
    }),
  ),
);
const foundRow = v.object({ key: v.string(), hash: v.string(), repository: v.string(), score: v.number(), places: storedPlaces });
const contentRow = v.object({ key: v.string(), content: v.string() });

/** A row as a search finds it. The paths of its places begin with the repository's name. */
export interface FoundRow {
  readonly key: string;
  readonly hash: string;
  readonly repository: string;
  readonly score: number;
  readonly places: Described["places"];
}

/** What others may have written is checked where it enters. */
export function readFound(rows: unknown, address: string, collection: string): readonly FoundRow[] {
  return read(v.array(foundRow), rows, address, collection).map((row) => ({
    ...row,
    places: row.places.map((place) => ({ ...place, file: "", path: `${row.repository}/${place.path}` })),
  }));
}

export function readContents(rows: unknown, address: string, collection: string): ReadonlyMap<string, string> {
  return new Map(read(v.array(contentRow), rows, address, collection).map(({ key, content }) => [key, content]));
}

export function readDigests(rows: unknown, address: string, collection: string): ReadonlyMap<string, string> {
  const schema = v.array(v.object({ key: v.string(), digest: v.string() }));
  return new Map(read(schema, rows, address, collection).map(({ key, digest }) => [key, digest]));
}

export function readCount(rows: unknown, address: string, collection: string): number {
  const schema = v.tuple([v.object({ "count(*)": v.pipe(v.union([v.string(), v.number()]), v.toNumber(), v.number()) })]);
  return read(schema, rows, address, collection)[0]["count(*)"];
}

function read<T>(schema: v.GenericSchema<unknown, T>, value: unknown, address: string, collection: string): T {
  const { success, output, issues } = v.safeParse(schema, value);
  if (success) return output;
  throw sharedMismatch(address, collection, `a row has ${v.getDotPath(issues[0]) ?? "something"} that is not as we write it`);
}

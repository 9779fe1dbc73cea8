import type { CancellationToken } from "../../core/base/cancellation.ts";
import { normalise } from "../../core/encoders/pooling.ts";
import type { Role } from "../../core/encoders/prompts.ts";
import type { Range } from "../../core/text/segment.ts";
import { labelOf } from "../../core/text/split.ts";
import type { EncoderChoice } from "../../protocol/engine.ts";
import { badRequest, nothingAtPlace } from "../../protocol/errors.ts";
import type { Place, Query } from "../../protocol/workspace.ts";
import type { VectorMatrix } from "../kernels/vectorMatrix.ts";
import type { Catalogue } from "../store/catalogue.ts";
import type { SearchParts } from "./searchParts.ts";

/** A query as it is searched for. */
export interface ResolvedQuery {
  readonly label: string;
  /** For people, and for BM25: without a header line. */
  readonly content: string;
  readonly place?: Place;
  /** What is encoded, and as what; for an indexed text its vector is there already. */
  readonly text: string;
  readonly role: Role;
  readonly indexed?: number;
  /** Where it stands: what overlaps this is the query itself. */
  readonly own?: { readonly file: string; readonly range: Range };
}

/** Throws `badRequest` for an empty text and `nothingAtPlace` where no segment is indexed. */
export function resolveQuery(query: Query, catalogue: Catalogue): ResolvedQuery {
  switch (query.kind) {
    case "words":
    case "passage": {
      const { text } = query;
      if (text.trim() === "") throw badRequest("There is nothing to look for: the text is empty.");
      const own = query.kind === "passage" && query.at !== undefined ? { file: query.at.path, range: query.at.range } : undefined;
      const role = query.kind === "words" ? "query" : "document";
      return { label: labelOf(text), content: text, text, role, ...(own === undefined ? {} : { own }) };
    }
    case "place": {
      const segment = catalogue.segmentAt(query.path, query.position) ?? onLine(catalogue, query.path, query.position.line);
      if (segment === undefined) throw nothingAtPlace(query.path, query.position.line + 1);
      const { text, headerLength } = catalogue.textOf(segment.text);
      const own = { file: query.path, range: segment.range };
      const place = catalogue.placesOf(segment.text).find((candidate) => overlaps(candidate, own));
      return {
        label: segment.label,
        content: text.slice(headerLength),
        text,
        role: "document",
        indexed: segment.text,
        own,
        ...(place === undefined ? {} : { place }),
      };
    }
  }
}

/** The cursor may stand in the indentation before a segment, or behind its end. */
const onLine = (catalogue: Catalogue, file: string, line: number) =>
  catalogue.segmentsOf(file).find(({ range: { start, end } }) => start.line <= line && line <= end.line);

/** The query's vector, of unit length: from the index where it has it. undefined when no token of it is known. */
export async function vectorOf(
  { embed }: SearchParts,
  query: ResolvedQuery,
  encoder: EncoderChoice,
  matrix: VectorMatrix | undefined,
  token: CancellationToken,
): Promise<Float32Array | undefined> {
  const known = query.indexed === undefined ? undefined : matrix?.vector(query.indexed);
  if (known !== undefined) return known;
  const { vectors, hasVector } = await embed({
    encoder,
    texts: [query.text],
    role: query.role,
    priority: "interactive",
    onProgress: () => undefined,
    token,
  });
  if (hasVector[0] !== 1) return undefined;
  normalise(vectors);
  return vectors;
}

/** Whether a place is where the query itself stands. */
export function overlaps({ file, range }: Pick<Place, "file" | "range">, own: ResolvedQuery["own"]): boolean {
  return file === own?.file && before(range.start, own.range.end) && before(own.range.start, range.end);
}

const before = (a: Range["start"], b: Range["start"]): boolean =>
  a.line < b.line || (a.line === b.line && a.character < b.character);

import type { CancellationToken } from "../../core/base/cancellation.ts";
import { normalise } from "../../core/encoders/pooling.ts";
import { dot } from "../../core/similarity/cosine.ts";
import { wordsOf } from "../../core/text/words.ts";
import type { EncoderChoice } from "../../protocol/engine.ts";
import type { BestLinesParams } from "../../protocol/workspace.ts";
import { resolveQuery, vectorOf, type ResolvedQuery } from "./query.ts";
import type { SearchParts } from "./searchParts.ts";

/** Lines of a text that are looked at: who reads a hit sees its beginning. */
const MAX_LINES = 60;
/** A line says something from this many letters or digits on. */
const SAYS_SOMETHING = /(?:[\p{L}\p{N}].*){3}/u;

interface Line {
  readonly hit: number;
  readonly line: number;
  readonly text: string;
}

/** For each text the line that is nearest to the query, by the encoder or by common words; -1 where no line says anything. */
export async function findBestLines(
  { query, encoder, texts }: BestLinesParams,
  parts: SearchParts,
  token: CancellationToken,
): Promise<readonly number[]> {
  const { catalogue } = parts.index;
  const resolved = resolveQuery(query, catalogue);
  const lines = texts.flatMap((number, hit) => {
    const { text, headerLength } = catalogue.textOf(number);
    return linesOf(text.slice(headerLength), hit);
  });
  const scores = encoder === undefined ? byWords(resolved, lines) : await byEncoder(resolved, encoder, lines, parts, token);
  const best = texts.map(() => ({ line: -1, score: -Infinity }));
  lines.forEach(({ hit, line }, at) => {
    if (scores[at]! > best[hit]!.score) best[hit] = { line, score: scores[at]! };
  });
  return best.map(({ line }) => line);
}

const linesOf = (content: string, hit: number): Line[] =>
  content
    .split(/\r\n|\n|\r/)
    .slice(0, MAX_LINES)
    .map((text, line) => ({ hit, line, text: text.trim() }))
    .filter(({ text }) => SAYS_SOMETHING.test(text));

async function byEncoder(
  query: ResolvedQuery,
  encoder: EncoderChoice,
  lines: readonly Line[],
  parts: SearchParts,
  token: CancellationToken,
): Promise<number[]> {
  const { matrix } = await parts.openEncoder(encoder);
  const wanted = await vectorOf(parts, query, encoder, matrix, token);
  if (wanted === undefined || lines.length === 0) return lines.map(() => -Infinity);
  const { vectors, dimensions, hasVector } = await parts.embed({
    encoder,
    texts: lines.map(({ text }) => text),
    role: "document",
    priority: "interactive",
    onProgress: () => undefined,
    token,
  });
  return lines.map((_, row) => {
    if (hasVector[row] !== 1) return -Infinity;
    const vector = vectors.subarray(row * dimensions, (row + 1) * dimensions);
    normalise(vector);
    return dot(vector, wanted);
  });
}

/** How many different words of the query stand in each line. */
function byWords(query: ResolvedQuery, lines: readonly Line[]): number[] {
  const wanted = new Set(wordsOf(query.content));
  return lines.map(({ text }) => {
    const common = [...new Set(wordsOf(text))].filter((word) => wanted.has(word)).length;
    return common === 0 ? -Infinity : common;
  });
}

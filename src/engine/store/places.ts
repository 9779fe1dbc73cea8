import type { SegmentKind } from "../../core/text/segment.ts";
import type { IndexSegment, StoredSegment } from "./catalogue.ts";

/** Six per segment: start line and character, end line and character, kind, label. */
type Packed = readonly (number | string)[];
const FIELDS = 6;

/** Places, kinds and labels of a file's segments, as they are kept beside the numbers of their texts. */
export const packPlaces = (segments: readonly Pick<IndexSegment, "range" | "kind" | "label">[]): Uint8Array =>
  Buffer.from(
    JSON.stringify(
      segments.flatMap(({ range: { start, end }, kind, label }): Packed => [
        start.line,
        start.character,
        end.line,
        end.character,
        kind,
        label,
      ]),
    ),
  );

/** Throws on anything {@link packPlaces} did not write for as many texts. */
export function unpackPlaces(packed: Uint8Array, texts: Int32Array): StoredSegment[] {
  const fields: unknown = JSON.parse(Buffer.from(packed.buffer, packed.byteOffset, packed.byteLength).toString());
  if (!Array.isArray(fields) || fields.length !== texts.length * FIELDS) throw new SyntaxError("places do not fit their texts");
  return Array.from(texts, (text, at) => {
    const [line, character, endLine, endCharacter, kind, label] = fields.slice(at * FIELDS, (at + 1) * FIELDS) as [
      number,
      number,
      number,
      number,
      SegmentKind,
      string,
    ];
    return { text, label, kind, range: { start: { line, character }, end: { line: endLine, character: endCharacter } } };
  });
}

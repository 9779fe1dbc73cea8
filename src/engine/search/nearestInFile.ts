import type { CancellationToken } from "../../core/base/cancellation.ts";
import type { EncoderChoice } from "../../protocol/engine.ts";
import type { NearestOfSegment, Place } from "../../protocol/workspace.ts";
import { giveWay } from "../giveWay.ts";
import { overlaps } from "./query.ts";
import type { SearchParts } from "./searchParts.ts";

/** A file of more segments is generated; lenses over it help nobody. */
const MAX_SEGMENTS = 300;
/** The text itself, and copies of it in this very place, may come first. */
const K = 3;

/** For each indexed segment of a file the place that most encoders find nearest, ties to the encoder named first. */
export async function findNearestInFile(
  file: string,
  encoders: readonly EncoderChoice[],
  parts: SearchParts,
  token: CancellationToken,
): Promise<NearestOfSegment[]> {
  const { catalogue } = parts.index;
  const segments = catalogue.segmentsOf(file).slice(0, MAX_SEGMENTS);
  const votes = segments.map(() => new Map<number, { readonly place: Place; readonly namedBy: string[] }>());
  const asked = segments.map(() => 0);
  const present = catalogue.allowed({});
  for (const encoder of encoders) {
    const { matrix } = await parts.openEncoder(encoder);
    for (const [at, { text, range }] of segments.entries()) {
      await giveWay(token);
      const vector = matrix.vector(text);
      if (vector === undefined) continue;
      asked[at]!++;
      for (const { id } of await matrix.topK(vector, K, present)) {
        const place = catalogue.placesOf(id).find((candidate) => !overlaps(candidate, { file, range }));
        if (place === undefined) continue;
        const vote = votes[at]!.get(id) ?? { place, namedBy: [] };
        vote.namedBy.push(encoder.id);
        votes[at]!.set(id, vote);
        break;
      }
    }
  }
  return segments.flatMap(({ label, range }, at) => {
    const [first] = [...votes[at]!.values()].toSorted((a, b) => b.namedBy.length - a.namedBy.length);
    return first === undefined ? [] : [{ label, range, nearest: first.place, namedBy: first.namedBy, asked: asked[at]! }];
  });
}

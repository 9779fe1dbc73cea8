import type { CancellationToken } from "../../core/base/cancellation.ts";
import { skewness } from "../../core/measures/skewness.ts";
import type { EncoderChoice } from "../../protocol/engine.ts";
import { cancelled, errorData } from "../../protocol/errors.ts";
import type { Hub, HubsResult } from "../../protocol/workspace.ts";
import { described, sampleOf, type Steps } from "./everything.ts";
import type { SearchParts } from "./searchParts.ts";

/**
 * Segments that are among the k nearest of very many others: for an encoder with strong hubs, lists of neighbours are
 * filled by the same few. Counted over all texts, or over a sample where there are very many.
 */
export async function findHubs(
  { encoders, k, limit }: { readonly encoders: readonly EncoderChoice[]; readonly k: number; readonly limit: number },
  parts: SearchParts,
  steps: Steps,
  token: CancellationToken,
): Promise<HubsResult> {
  const sample = sampleOf(parts.index.catalogue);
  const occurrences = new Map<string, Map<number, number>>();
  const skew: Record<string, number> = {};
  const failed: HubsResult["failed"][number][] = [];
  for (const [done, encoder] of encoders.entries()) {
    steps(done, encoders.length);
    try {
      const { matrix } = await parts.openEncoder(encoder);
      const { ids, neighbours } = await matrix.nearest(k, token, sample.accept);
      const counts = new Map<number, number>(Array.from(ids, (id) => [id, 0]));
      for (const id of neighbours) if (id >= 0) counts.set(id, (counts.get(id) ?? 0) + 1);
      occurrences.set(encoder.id, counts);
      skew[encoder.id] = skewness([...counts.values()]);
    } catch (error) {
      if (token.isCancellationRequested) throw cancelled();
      failed.push({ id: encoder.id, error: errorData(error) });
    }
  }
  const most = new Map<number, number>();
  for (const counts of occurrences.values())
    for (const [text, count] of counts) most.set(text, Math.max(most.get(text) ?? 0, count));
  const hubs = [...most]
    .sort(([a, x], [b, y]) => y - x || a - b)
    .slice(0, limit)
    .map(([text]): Hub => {
      const counts = [...occurrences].map(([id, of]) => [id, of.get(text) ?? 0]);
      return { ...described(parts.index.catalogue, text), occurrences: Object.fromEntries(counts) as Record<string, number> };
    });
  return { k, texts: sample.size, skewness: skew, hubs, failed };
}

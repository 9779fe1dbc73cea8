import type { CancellationToken } from "../../core/base/cancellation.ts";
import type { EncoderChoice } from "../../protocol/engine.ts";
import type { SharedIndex, ShareResult } from "../../protocol/workspace.ts";
import type { VectorMatrix } from "../kernels/vectorMatrix.ts";
import type { Catalogue } from "../store/catalogue.ts";
import { openMilvusStore } from "../store/milvusStore.ts";
import { shareTexts, type SharedRow } from "../store/share.ts";
import { described, type Steps } from "./everything.ts";
import type { SearchParts } from "./searchParts.ts";

/** Sends what a shared index does not have of this workspace, encoder by encoder. */
export async function shareWorkspace(
  encoders: readonly EncoderChoice[],
  to: SharedIndex,
  parts: SearchParts,
  steps: Steps,
  token: CancellationToken,
): Promise<ShareResult> {
  const { catalogue } = parts.index;
  const store = openMilvusStore(to, { repository: to.repository });
  const sent: Record<string, number> = {};
  const already: Record<string, number> = {};
  const texts = catalogue.textCount;
  try {
    for (const [at, encoder] of encoders.entries()) {
      const { key, matrix } = await parts.openEncoder(encoder);
      const done = await shareTexts(store, key, rowsOf(catalogue, matrix), token, (so) => {
        steps(at * texts + so.sent + so.already, encoders.length * texts);
      });
      sent[encoder.id] = done.sent;
      already[encoder.id] = done.already;
    }
    return { sent, already };
  } finally {
    store.dispose();
  }
}

/** Present texts that the encoder has been through; without a vector they are sent as such, so that nobody encodes them again. */
async function* rowsOf(catalogue: Catalogue, matrix: VectorMatrix): AsyncGenerator<SharedRow> {
  for (const text of catalogue.presentTexts()) {
    if (!matrix.has(text)) continue;
    const vector = matrix.vector(text) ?? new Float32Array(matrix.dimensions);
    yield await Promise.resolve({ hash: catalogue.hashOf(text), vector, described: described(catalogue, text) });
  }
}

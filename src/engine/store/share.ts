import type { CancellationToken } from "../../core/base/cancellation.ts";
import { cancelled } from "../../protocol/errors.ts";
import type { SharedStore } from "./milvusStore.ts";
import type { Described, EncoderKey, VectorRow } from "./vectorStore.ts";

export interface SharedRow extends VectorRow {
  readonly described: Described;
}

export interface Shared {
  readonly sent: number;
  readonly already: number;
}

/**
 * Sends the rows that the store does not have as they are now. Keeps one batch in memory. Where it was interrupted or
 * cancelled, what is sent stays; the same call then sends the rest.
 */
export async function shareTexts(
  store: SharedStore,
  encoder: EncoderKey,
  rows: AsyncIterable<SharedRow>,
  token: CancellationToken,
  onProgress: (done: Shared) => void,
): Promise<Shared> {
  let done: Shared = { sent: 0, already: 0 };
  for await (const batch of inBatches(rows)) {
    if (token.isCancellationRequested) throw cancelled();
    const outdated = await store.outdated(encoder, batch, token);
    await store.add(encoder, outdated);
    done = { sent: done.sent + outdated.length, already: done.already + batch.length - outdated.length };
    onProgress(done);
  }
  return done;
}

/** Some megabytes; fewer would make the server's third of a second per question count. */
const BATCH = 1_000;

async function* inBatches(rows: AsyncIterable<SharedRow>): AsyncGenerator<readonly SharedRow[]> {
  let batch: SharedRow[] = [];
  for await (const row of rows) {
    batch.push(row);
    if (batch.length < BATCH) continue;
    yield batch;
    batch = [];
  }
  if (batch.length > 0) yield batch;
}

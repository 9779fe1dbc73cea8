import type { EncoderKey, VectorRow, VectorStore } from "../store/vectorStore.ts";

/** Collects vectors so that each transaction is worth its cost. */
export interface BatchWriter {
  /** Resolves at once, or after the transaction if a batch is full or old. */
  add(encoder: EncoderKey, rows: readonly VectorRow[]): Promise<void>;
  flush(): Promise<void>;
}

/** Rows of one transaction, and how long a row waits at most: this much is lost when the process is killed. */
const BATCH_ROWS = 128;
const BATCH_MS = 500;

export function createBatchWriter(store: Pick<VectorStore, "add">): BatchWriter {
  const waiting = new Map<string, { encoder: EncoderKey; rows: VectorRow[]; since: number }>();
  const write = async (identity: string): Promise<void> => {
    const batch = waiting.get(identity);
    if (batch === undefined) return;
    waiting.delete(identity);
    await store.add(batch.encoder, batch.rows);
  };
  return {
    add: async (encoder, rows) => {
      const batch = waiting.get(encoder.identity) ?? { encoder, rows: [], since: performance.now() };
      waiting.set(encoder.identity, batch);
      batch.rows.push(...rows);
      if (batch.rows.length >= BATCH_ROWS || performance.now() - batch.since >= BATCH_MS) await write(encoder.identity);
    },
    flush: async () => {
      for (const identity of [...waiting.keys()]) await write(identity);
    },
  };
}

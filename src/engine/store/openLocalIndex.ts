import { otherWindow } from "../../protocol/storageErrors.ts";
import { compactIndex } from "./compaction.ts";
import { createLocalCatalogue } from "./localCatalogue.ts";
import type { LocalIndex } from "./localIndex.ts";
import { createLocalVectors, type MakeMatrix, type MakeQuantised } from "./localVectors.ts";
import { connectSqlite, type Connect } from "./openDatabase.ts";
import { createStorage } from "./storage.ts";
import type { EncoderKey } from "./vectorStore.ts";

export interface LocalIndexOptions {
  /** Absolute folder, made when something is written; null keeps everything in memory. */
  readonly storage: string | null;
  readonly matrices: MakeMatrix;
  /** For encoders beyond `memoryBytes`; without it all are kept as they are. */
  readonly quantised?: MakeQuantised;
  /** From this many bytes of vectors in memory on, further encoders are kept as int8. */
  readonly memoryBytes?: number;
  readonly connect?: Connect;
}

const MEMORY_BYTES = 2 ** 30;

/** Opens the index of a workspace: what is in it can be found at once. Never throws for the disk's sake. */
export function openLocalIndex(options: LocalIndexOptions): LocalIndex {
  const storage = createStorage({ folder: options.storage, connect: options.connect ?? connectSqlite });
  const claim = (): boolean => {
    if (storage.role === "writer") return true;
    if (!storage.claim()) return false;
    takeIn();
    return true;
  };
  const mayWrite = (): void => {
    if (!claim()) throw otherWindow();
  };
  const local = createLocalCatalogue(storage, mayWrite);
  const vectors = createLocalVectors({
    storage,
    mayWrite,
    catalogue: local.catalogue,
    makeMatrix: options.matrices,
    makeQuantised: options.quantised,
    memoryBytes: options.memoryBytes ?? MEMORY_BYTES,
  });
  const takeIn = (): void => {
    local.catchUp();
    vectors.catchUp();
  };
  let epoch = storage.epoch;
  local.catchUp();

  return {
    catalogue: local.catalogue,
    vectors: vectors.store,
    get storage() {
      return storage.state;
    },
    get role() {
      return storage.role;
    },
    claim,
    refresh: () => {
      const changed = storage.changed();
      if (!changed && storage.epoch === epoch) return;
      epoch = storage.epoch;
      takeIn();
    },
    matrix: (encoder) =>
      new Promise((resolve) => {
        resolve(vectors.matrix(encoder));
      }),
    bytesOf: (encoder) => vectors.bytesOf(encoder),
    rememberEncoder: (stamp: string, encoder: EncoderKey) => {
      const known = recall(stamp);
      if (known?.identity !== encoder.identity) storage.writeLater({ remembered: [{ stamp, encoder }] });
    },
    recallEncoder: recall,
    compact: () => {
      if (storage.role === "writer" && compactIndex(storage, local.table)) vectors.catchUp();
    },
    clear: () => {
      storage.clear();
      takeIn();
    },
    dispose: () => {
      storage.dispose();
    },
  };

  function recall(stamp: string): EncoderKey | undefined {
    return storage.overlay.remembered.get(stamp) ?? storage.read((disk) => disk.recall(stamp), undefined);
  }
}

import type { Disposable } from "../../core/base/disposable.ts";
import type { EmbedErrorData } from "../../protocol/errors.ts";
import type { VectorMatrix } from "../kernels/vectorMatrix.ts";
import type { Catalogue } from "./catalogue.ts";
import type { EncoderKey, VectorStore } from "./vectorStore.ts";

/** The index of one workspace on this machine: one SQLite database, its vectors in memory as far as they are used. */
export interface LocalIndex extends Disposable {
  readonly catalogue: Catalogue;
  readonly vectors: VectorStore;
  readonly storage: StorageState;
  /** Whether this process may write: one does per workspace, the others read along and take over when it ends. */
  readonly role: "writer" | "reader";
  /** Tries to become the writer; tells whether it is. */
  claim(): boolean;
  /** Takes in what another process has written since; cheap when there is nothing. */
  refresh(): void;
  /** All vectors of an encoder by text number, loaded on first use, then kept up with what is added. */
  matrix(encoder: EncoderKey): Promise<VectorMatrix>;
  /** Bytes of an encoder's vectors in the store. */
  bytesOf(encoder: EncoderKey): number;
  /** The encoders that ever had vectors here: identity by a caller's own key for the files that made it. */
  rememberEncoder(stamp: string, encoder: EncoderKey): void;
  recallEncoder(stamp: string): EncoderKey | undefined;
  /** Drops vectors of texts that stand nowhere any more, when they are more than a share worth it. */
  compact(): void;
  clear(): void;
}

export interface StorageState {
  readonly kind: "disk" | "memory";
  readonly bytes: number;
  /** Why the disk is not written to, and what to do; tried again with every write. */
  readonly notice?: EmbedErrorData;
}

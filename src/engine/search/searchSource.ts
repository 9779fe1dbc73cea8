import type { Disposable } from "../../core/base/disposable.ts";
import type { SharedIndex } from "../../protocol/workspace.ts";
import type { VectorMatrix } from "../kernels/vectorMatrix.ts";
import { openMilvusStore } from "../store/milvusStore.ts";
import type { Described, EncoderKey, Found, VectorStore } from "../store/vectorStore.ts";
import { covered } from "../workspace/indexReport.ts";
import { described } from "./everything.ts";
import type { SearchParts } from "./searchParts.ts";

/** Where is searched: this workspace's own index, or one that many share. */
export interface SearchSource extends Disposable {
  readonly store: VectorStore;
  /** Whether the words of its texts are at hand for BM25. */
  readonly hasWords: boolean;
  /** The same for the same text, whichever encoder found it. */
  readonly numberOf: (hash: string) => number;
  readonly describe: (found: Found) => Described;
  readonly coverage: (key: EncoderKey, matrix: VectorMatrix) => Promise<{ readonly done: number; readonly total: number }>;
}

export function ownSource({ index: { catalogue, vectors } }: SearchParts): SearchSource {
  const numberOf = (hash: string): number => catalogue.numberOf(hash)!;
  return {
    store: vectors,
    hasWords: true,
    numberOf,
    describe: ({ hash }) => described(catalogue, numberOf(hash)),
    coverage: (_, matrix) => Promise.resolve({ done: covered(catalogue, matrix), total: catalogue.textCount }),
    // The index outlives every search in it.
    dispose: () => undefined,
  };
}

/**
 * Texts that are not in this workspace have no number here: they get one below 0. Places in it are known by their path, so that
 * they can be opened and the query does not find itself.
 */
export function sharedSource({ index: { catalogue }, fileOf }: SearchParts, shared: SharedIndex): SearchSource {
  const { repository } = shared;
  const store = openMilvusStore(shared, { repository });
  const others = new Map<string, number>();
  const own = (path: string): string => (path.startsWith(`${repository}/`) ? fileOf(path.slice(repository.length + 1)) : "");
  return {
    store,
    hasWords: false,
    numberOf: (hash) => {
      const number = catalogue.numberOf(hash) ?? others.get(hash) ?? -1 - others.size;
      if (number < 0) others.set(hash, number);
      return number;
    },
    describe: ({ described: { content, places } = { content: "", places: [] } }) => ({
      content,
      places: places.map((place) => ({ ...place, file: own(place.path) })),
    }),
    coverage: async (key) => {
      const texts = await store.count(key);
      return { done: texts, total: texts };
    },
    dispose: () => {
      store.dispose();
    },
  };
}

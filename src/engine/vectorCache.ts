export interface CachedVector {
  readonly vector: Float32Array;
  readonly tokens: number;
  readonly read: number;
  readonly hasVector: number;
}

/** Vectors in memory, by the identity of what made them and the hash of the text. */
export interface VectorCache {
  get(identity: string, key: string): CachedVector | undefined;
  set(identity: string, key: string, value: CachedVector): void;
}

/** Some 160,000 vectors of 384 numbers. */
const MAX_BYTES = 256e6;
/** What an entry costs besides its numbers. */
const OVERHEAD_BYTES = 200;

/** The least recently used entries go first. */
export function createVectorCache(maxBytes = MAX_BYTES): VectorCache {
  // A Map keeps the order of insertion: re-inserting makes an entry the youngest.
  const entries = new Map<string, CachedVector>();
  let bytes = 0;
  const sizeOf = ({ vector }: CachedVector): number => vector.byteLength + OVERHEAD_BYTES;
  return {
    get(identity, key) {
      const name = `${identity} ${key}`;
      const value = entries.get(name);
      if (value === undefined) return undefined;
      entries.delete(name);
      entries.set(name, value);
      return value;
    },
    set(identity, key, value) {
      const name = `${identity} ${key}`;
      const old = entries.get(name);
      if (old !== undefined) bytes -= sizeOf(old);
      entries.delete(name);
      entries.set(name, value);
      bytes += sizeOf(value);
      for (const [oldest, entry] of entries) {
        if (bytes <= maxBytes) break;
        entries.delete(oldest);
        bytes -= sizeOf(entry);
      }
    },
  };
}

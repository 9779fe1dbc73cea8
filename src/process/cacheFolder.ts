import os from "node:os";
import path from "node:path";

/** What may be fetched again is kept here, between checkouts: $COMPARE_EMBEDDINGS_CACHE, or the user's cache folder. */
export const cacheFolder = (): string =>
  path.resolve(
    process.env["COMPARE_EMBEDDINGS_CACHE"] ??
      path.join(process.env["XDG_CACHE_HOME"] ?? path.join(os.homedir(), ".cache"), "compare-embeddings"),
  );

/** Encoders that are not in the installation, one sub-folder each: $COMPARE_EMBEDDINGS_ENCODERS, or a folder of the cache. */
export const encodersFolder = (): string =>
  path.resolve(process.env["COMPARE_EMBEDDINGS_ENCODERS"] ?? path.join(cacheFolder(), "encoders"));

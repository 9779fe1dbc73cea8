import type { CancellationToken } from "../../core/base/cancellation.ts";
import { badRequest } from "../../protocol/errors.ts";
import type { SharedServer } from "../../protocol/workspace.ts";
import { prepareCollection, READ_SECONDS, WRITE_SECONDS } from "./milvusCollection.ts";
import { connectMilvus, unlessCancelled } from "./milvusConnection.ts";
import type { Question } from "./milvusConnection.ts";
import type { FoundRow } from "./milvusRows.ts";
import { collectionOf, keyOf, LIMITS, milvusRow, readContents, readCount, readDigests, readFound } from "./milvusRows.ts";
import { pathFilter } from "./pathFilter.ts";
import type { EncoderKey, Found, SearchOptions, VectorRow, VectorStore } from "./vectorStore.ts";

/** A store that many repositories share: what is found comes with its content and places. */
export interface SharedStore extends VectorStore {
  /** Those of the rows that are not there, or with other content or places, in the order given. */
  outdated(encoder: EncoderKey, rows: readonly VectorRow[], token: CancellationToken): Promise<readonly VectorRow[]>;
}

/**
 * Vectors on a Milvus server, one collection per encoder identity. Connects when first asked; see milvusRows.ts for
 * what is kept. `missing` and `add` are about this repository's rows, `search` and `count` about those of all.
 * `add` is all or none for each {@link ADD_BATCH} rows. Search is approximate: see {@link candidates}.
 *
 * @param repository name under which this workspace's texts are found; paths of what is found begin with it
 */
export function openMilvusStore(server: SharedServer, { repository }: { readonly repository: string }): SharedStore {
  if (repository === "" || Buffer.byteLength(repository) > LIMITS.repository)
    throw badRequest(`A repository's name has from 1 to ${String(LIMITS.repository)} bytes.`);
  const { address } = server;
  const connection = connectMilvus(server);
  const prepared = new Map<string, { readonly generation: number; readonly name: Promise<string | undefined> }>();
  let written = -Infinity;

  /** The encoder's collection; undefined if there is none and it need not be made. */
  const collection = (encoder: EncoderKey, create: boolean, token?: CancellationToken): Promise<string | undefined> =>
    unlessCancelled(find(encoder, create), token);

  const find = async (encoder: EncoderKey, create: boolean): Promise<string | undefined> => {
    const key = `${encoder.identity} ${String(encoder.dimensions)}`;
    const known = prepared.get(key);
    if (known?.generation === connection.generation) {
      const name = await known.name;
      if (name !== undefined || !create) return name;
    }
    const name = prepareCollection(connection, address, encoder, create);
    prepared.set(key, { generation: connection.generation, name });
    // Only what is there is remembered: it may be made by others at any time.
    const forget = (): void => {
      prepared.delete(key);
    };
    name.then((found) => {
      if (found === undefined) forget();
    }, forget);
    return name;
  };

  /** Whatever fails may have failed because the collection is no longer as it was found. */
  const ask = async <T>(encoder: EncoderKey, seconds: number, question: Question<T>, token?: CancellationToken): Promise<T> => {
    try {
      return await connection.ask(seconds, question, token);
    } catch (error) {
      prepared.delete(`${encoder.identity} ${String(encoder.dimensions)}`);
      throw error;
    }
  };

  const query = async (
    encoder: EncoderKey,
    request: { readonly collection_name: string; readonly filter: string; readonly output_fields: string[] },
    consistency: Consistency,
    token?: CancellationToken,
  ): Promise<unknown> =>
    (
      await ask(
        encoder,
        READ_SECONDS,
        (client, sdk, timeout) => client.query({ ...request, consistency_level: sdk.ConsistencyLevelEnum[consistency], timeout }),
        token,
      )
    ).data;

  const digests = async (
    encoder: EncoderKey,
    hashes: readonly string[],
    token?: CancellationToken,
  ): Promise<ReadonlyMap<string, string>> => {
    const name = await collection(encoder, false, token);
    const found = new Map<string, string>();
    if (name === undefined) return found;
    for (const batch of batches(hashes, QUERY_BATCH)) {
      const keys = batch.map((hash) => keyOf(repository, hash));
      const request = { collection_name: name, filter: oneOf("key", keys), output_fields: ["key", "digest"] };
      for (const [key, digest] of readDigests(await query(encoder, request, SHOWS_WRITES, token), address, name))
        found.set(key, digest);
    }
    return found;
  };

  return {
    missing: async (encoder, hashes) => {
      const there = await digests(encoder, hashes);
      return hashes.filter((hash) => !there.has(keyOf(repository, hash)));
    },

    outdated: async (encoder, rows, token) => {
      const there = await digests(
        encoder,
        rows.map(({ hash }) => hash),
        token,
      );
      return rows.filter((row) => {
        const digest = there.get(keyOf(repository, row.hash));
        return digest === undefined || digest !== milvusRow(repository, row).digest;
      });
    },

    add: async (encoder, rows) => {
      for (const { vector } of rows) checkLength(encoder, vector);
      // Milvus would keep both of two equal keys in one upsert.
      const distinct = [...new Map(rows.map((row) => [row.hash, row])).values()];
      if (distinct.length === 0) return;
      const name = (await collection(encoder, true)) ?? collectionOf(encoder);
      for (const batch of batches(distinct, ADD_BATCH)) {
        const data = batch.map((row) => ({ ...milvusRow(repository, row) }));
        await ask(encoder, WRITE_SECONDS, (client, _, timeout) => client.upsert({ collection_name: name, data, timeout }));
        written = performance.now();
      }
    },

    search: async (encoder, vector, options, token) => {
      checkLength(encoder, vector);
      const name = await collection(encoder, false, token);
      if (name === undefined || options.k <= 0 || vector.every((x) => x === 0)) return [];
      const accept = accepts(options, repository);
      const consistency = performance.now() - written < OWN_WRITES_MS ? SHOWS_WRITES : MAY_LAG;
      let rows: readonly FoundRow[] = [];
      // Paths are looked at here: Milvus knows no globs. So more are asked for until enough of them are let through.
      for (let limit = Math.min(options.k + SPARE, MAX_LIMIT); ; limit = Math.min(limit * 4, MAX_LIMIT)) {
        const { results } = await ask(
          encoder,
          READ_SECONDS,
          (client, sdk, timeout) =>
            client.search({
              collection_name: name,
              data: [Array.from(vector)],
              limit,
              filter: filterOf(options),
              output_fields: ["key", "hash", "repository", "places"],
              params: { ef: candidates(limit) },
              consistency_level: sdk.ConsistencyLevelEnum[consistency],
              timeout,
            }),
          token,
        );
        const found = readFound(results, address, name);
        rows = found.filter(accept);
        const distinct = new Set(rows.map(({ hash }) => hash)).size;
        if (distinct >= options.k || found.length < limit || limit === MAX_LIMIT) break;
      }
      const best = byText(rows).slice(0, options.k);
      if (best.length === 0) return [];
      const filter = oneOf(
        "key",
        best.map(([first]) => first.key),
      );
      const request = { collection_name: name, filter, output_fields: ["key", "content"] };
      const contents = readContents(await query(encoder, request, consistency, token), address, name);
      return best.map(([first, ...others]): Found => ({
        hash: first.hash,
        score: first.score,
        described: {
          content: contents.get(first.key) ?? "",
          places: [first, ...others].flatMap(({ places }) => places),
        },
      }));
    },

    count: async (encoder) => {
      const name = await collection(encoder, false);
      if (name === undefined) return 0;
      const request = { collection_name: name, filter: "empty == false", output_fields: ["count(*)"] };
      return readCount(await query(encoder, request, SHOWS_WRITES), address, name);
    },

    dispose: () => {
      connection.dispose();
    },
  };
}

/** Rows in one upsert: a few megabytes, far from the 64 that a server takes. */
const ADD_BATCH = 256;
/** Keys in one question: each waits up to a third of a second until the server is sure to have seen all writes. */
const QUERY_BATCH = 2_000;
/** Rows asked for beyond k: texts that several repositories have are one result, and ties are cut by hash, not by chance. */
const SPARE = 10;
/** The most rows that Milvus lets a search return. */
const MAX_LIMIT = 16_384;

type Consistency = "Strong" | "Bounded";
/** The server waits until it has taken in all that was written before: some 0.3 s. */
const SHOWS_WRITES: Consistency = "Strong";
/** The server answers at once from what it has, at most some seconds old. */
const MAY_LAG: Consistency = "Bounded";
/** How long after a write of ours a search has to show it. */
const OWN_WRITES_MS = 60_000;

/** How many candidates HNSW keeps (ef): at this number it finds 0.99 and more of the ten nearest. */
const candidates = (limit: number): number => Math.max(128, 2 * limit);

function checkLength(encoder: EncoderKey, vector: Float32Array): void {
  if (vector.length !== encoder.dimensions)
    throw badRequest(`A vector has ${String(vector.length)} numbers; ${encoder.id} makes ${String(encoder.dimensions)}.`);
}

/** A literal of Milvus' expressions is written as one of JSON. */
const oneOf = (field: string, values: readonly string[]): string => `${field} in ${JSON.stringify(values)}`;

function filterOf({ filter, exceptHash }: SearchOptions): string {
  const terms = ["empty == false"];
  if (exceptHash !== undefined) terms.push(`hash != ${JSON.stringify(exceptHash)}`);
  if (filter?.languages !== undefined) terms.push(`array_contains_any(languages, ${JSON.stringify(filter.languages)})`);
  return terms.join(" && ");
}

/** The query's own file is known by its repository and the end of its path, as no absolute path is kept there. */
function accepts({ filter, queryFile }: SearchOptions, repository: string): (row: FoundRow) => boolean {
  const match = filter?.path === undefined || filter.path === "" ? undefined : pathFilter(filter.path);
  const own = filter?.otherFiles === true ? queryFile?.replaceAll("\\", "/") : undefined;
  if (match === undefined && own === undefined) return () => true;
  return (row) =>
    row.places.some(({ path }) => {
      const inside = path.slice(row.repository.length + 1);
      const elsewhere = own === undefined || row.repository !== repository || !own.endsWith(`/${inside}`);
      return elsewhere && (match === undefined || match(path) || match(inside));
    });
}

/** Rows of one text together, best first; the server's scores have errors of 1e-7, so near ties go by hash. */
function byText(rows: readonly FoundRow[]): (readonly [FoundRow, ...FoundRow[]])[] {
  const texts = new Map<string, [FoundRow, ...FoundRow[]]>();
  for (const row of rows) {
    const text = texts.get(row.hash);
    if (text === undefined) texts.set(row.hash, [row]);
    else text.push(row);
  }
  const grain = ([{ score }]: readonly [FoundRow, ...FoundRow[]]): number => Math.round(score * 1e6);
  return [...texts.values()].sort((a, b) => grain(b) - grain(a) || (a[0].hash < b[0].hash ? -1 : 1));
}

function* batches<T>(items: readonly T[], size: number): Generator<readonly T[]> {
  for (let start = 0; start < items.length; start += size) yield items.slice(start, start + size);
}

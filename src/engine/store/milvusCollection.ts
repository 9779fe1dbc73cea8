import { sharedMismatch, sharedSlow } from "../../protocol/sharedErrors.ts";
import type { MilvusConnection } from "./milvusConnection.ts";
import { collectionOf, LIMITS } from "./milvusRows.ts";
import type { EncoderKey } from "./vectorStore.ts";

/**
 * Brings an encoder's collection to where it answers: made if `create` says so, checked, indexed, loaded.
 * Resolves with its name, or undefined if there is none. Two may do it at the same time.
 */
export async function prepareCollection(
  connection: MilvusConnection,
  address: string,
  encoder: EncoderKey,
  create: boolean,
): Promise<string | undefined> {
  const name = collectionOf(encoder);
  const exists = async (): Promise<boolean> =>
    (await connection.ask(READ_SECONDS, (client, _, timeout) => client.hasCollection({ collection_name: name, timeout })))
      .value === true;
  if (!(await exists())) {
    if (!create) return undefined;
    try {
      await createCollection(connection, name, encoder);
    } catch (error) {
      // Someone else may just have made it.
      if (!(await exists())) throw error;
    }
  }
  await checkDimensions(connection, address, name, encoder);
  if ((await loadState(connection, name)) !== "LoadStateLoaded") await load(connection, address, name);
  return name;
}

/** Longest that a question may take which only reads. */
export const READ_SECONDS = 10;
/** Longest that a change may take. */
export const WRITE_SECONDS = 30;
/** Longest until a large collection is in the server's memory, after it was started again for instance. */
const LOAD_SECONDS = 120;
const LOAD_POLL_MS = 200;

/**
 * HNSW with 16 links (32 on the lowest level) and 200 candidates while building: with the candidates that a search takes
 * (see milvusStore.ts) ten nearest are found with a recall of 0.99 and more; rows not yet indexed are searched exactly.
 */
const INDEX = { M: 16, efConstruction: 200 };

async function createCollection(connection: MilvusConnection, name: string, encoder: EncoderKey): Promise<void> {
  await connection.ask(WRITE_SECONDS, (client, { DataType }, timeout) =>
    client.createCollection({
      collection_name: name,
      description: `Compare Embeddings: ${encoder.id}`,
      consistency_level: "Strong",
      timeout,
      fields: [
        { name: "key", data_type: DataType.VarChar, max_length: LIMITS.key, is_primary_key: true },
        { name: "hash", data_type: DataType.VarChar, max_length: LIMITS.key },
        { name: "repository", data_type: DataType.VarChar, max_length: LIMITS.repository },
        { name: "digest", data_type: DataType.VarChar, max_length: LIMITS.key },
        { name: "empty", data_type: DataType.Bool },
        {
          name: "languages",
          data_type: DataType.Array,
          element_type: DataType.VarChar,
          max_length: LIMITS.language,
          max_capacity: LIMITS.languages,
        },
        { name: "places", data_type: DataType.VarChar, max_length: LIMITS.text },
        { name: "content", data_type: DataType.VarChar, max_length: LIMITS.text },
        { name: "vector", data_type: DataType.FloatVector, dim: encoder.dimensions },
      ],
    }),
  );
}

async function checkDimensions(connection: MilvusConnection, address: string, name: string, encoder: EncoderKey): Promise<void> {
  const { schema } = await connection.ask(READ_SECONDS, (client, _, timeout) =>
    client.describeCollection({ collection_name: name, timeout }),
  );
  const found = Number(schema.fields.find((field) => field.name === "vector")?.dim);
  if (found !== encoder.dimensions)
    throw sharedMismatch(address, name, `its vectors have ${found} dimensions, those of ${encoder.id} ${encoder.dimensions}`);
}

const loadState = async (connection: MilvusConnection, name: string): Promise<string> =>
  (await connection.ask(READ_SECONDS, (client, _, timeout) => client.getLoadState({ collection_name: name, timeout }))).state;

async function load(connection: MilvusConnection, address: string, name: string): Promise<void> {
  // Harmless where there is one already; whoever made the collection may have been interrupted before.
  await connection.ask(WRITE_SECONDS, (client, { IndexType, MetricType }, timeout) =>
    client.createIndex({
      collection_name: name,
      field_name: "vector",
      index_type: IndexType.HNSW,
      metric_type: MetricType.COSINE,
      params: INDEX,
      timeout,
    }),
  );
  await connection.ask(WRITE_SECONDS, (client, _, timeout) => client.loadCollectionAsync({ collection_name: name, timeout }));
  const started = performance.now();
  while ((await loadState(connection, name)) !== "LoadStateLoaded") {
    if (performance.now() - started > LOAD_SECONDS * 1000) throw sharedSlow(address, LOAD_SECONDS);
    await new Promise((resolve) => setTimeout(resolve, LOAD_POLL_MS));
  }
}

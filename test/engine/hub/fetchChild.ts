/** A process that fetches a repository: `node fetchChild.ts ENDPOINT CACHE`. Writes what it ends with. */
import { EmbedError } from "../../../src/protocol/errors.ts";
import { fetchAll } from "./fetching.ts";

const [, , endpoint, cache] = process.argv;
try {
  await fetchAll({ endpoint: endpoint!, cache: cache!, patience: { stallMs: 5000, backOffMs: 20 } });
  console.log("done");
} catch (error) {
  if (!(error instanceof EmbedError)) throw error;
  console.log(JSON.stringify(error.data));
}

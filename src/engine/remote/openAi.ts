import * as v from "valibot";

import { remoteWrong } from "../../protocol/remoteErrors.ts";
import { askServer, type RemoteAccess } from "./remoteHttp.ts";
import { serverAddress, type RemoteRecord } from "./remoteRecord.ts";

const ANSWER = v.object({ data: v.array(v.object({ index: v.number(), embedding: v.array(v.number()) })) });

/** Vectors by POST …/embeddings, in the order of the texts: servers may answer in any, and say which is which. */
export async function openAiVectors(
  record: Pick<RemoteRecord, "protocol" | "url" | "model">,
  texts: readonly string[],
  access: RemoteAccess,
  signal: AbortSignal,
): Promise<readonly (readonly number[])[]> {
  const url = new URL("embeddings", serverAddress(record));
  const { model } = record;
  const body = { model, input: texts, encoding_format: "float" };
  const { data } = await askServer({ url, body, schema: ANSWER, model }, access, signal);
  if (data.length !== texts.length) throw remoteWrong(url.host, `it holds ${data.length} vectors for ${texts.length} texts`);
  const rows = new Map(data.map(({ index, embedding }) => [index, embedding]));
  return texts.map((_, index) => {
    const row = rows.get(index);
    if (row === undefined) throw remoteWrong(url.host, `there is no vector of index ${index}`);
    return row;
  });
}

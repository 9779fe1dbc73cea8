import http from "node:http";
import https from "node:https";
import type { AddressInfo } from "node:net";

/** A request as it came. */
export interface Seen {
  readonly method: string;
  readonly path: string;
  readonly headers: http.IncomingHttpHeaders;
  readonly body: unknown;
  /** Texts that were sent. */
  readonly texts: readonly string[];
}

export type Reply = (seen: Seen, response: http.ServerResponse) => void | Promise<void>;

export interface FakeServer {
  readonly origin: string;
  readonly seen: Seen[];
  /** What is answered from now on instead of vectors; undefined for those again. */
  reply: Reply | undefined;
  close(): Promise<void>;
}

const WIDTH = 8;

/** A vector of unit length that only its text decides: as good as a model's for whoever carries it. */
export function vectorOf(text: string, width = WIDTH): number[] {
  let state = 2166136261;
  for (const character of text) state = Math.imul(state ^ character.codePointAt(0)!, 16777619) >>> 0;
  const vector = Array.from({ length: width }, () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state / 2 ** 31 - 1;
  });
  const size = Math.hypot(...vector);
  return vector.map((value) => value / size);
}

/**
 * Answers both protocols as they are written down, unless told otherwise: for what no real server does when it is asked to.
 * With `tls`, encrypted.
 */
export async function startFakeServer(tls?: { readonly certificate: string; readonly key: string }): Promise<FakeServer> {
  const seen: Seen[] = [];
  const answer: http.RequestListener = (request, response) => {
    const chunks: Buffer[] = [];
    request.on("data", (chunk: Buffer) => chunks.push(chunk));
    request.on("end", () => {
      const body: unknown = chunks.length === 0 ? undefined : JSON.parse(Buffer.concat(chunks).toString());
      const one = { method: request.method!, path: request.url!, headers: request.headers, body, texts: textsOf(body) };
      seen.push(one);
      void (fake.reply ?? answerRightly)(one, response);
    });
  };
  const server =
    tls === undefined ? http.createServer(answer) : https.createServer({ cert: tls.certificate, key: tls.key }, answer);
  await new Promise<void>((resolve) => {
    server.listen(0, "127.0.0.1", resolve);
  });
  const fake: FakeServer = {
    origin: `${tls === undefined ? "http" : "https"}://127.0.0.1:${String((server.address() as AddressInfo).port)}`,
    seen,
    reply: undefined,
    close: () =>
      new Promise((resolve) => {
        server.close(() => {
          resolve();
        });
        server.closeAllConnections();
      }),
  };
  return fake;
}

export function json(response: http.ServerResponse, body: unknown, status = 200, headers: Record<string, string> = {}): void {
  response.writeHead(status, { "content-type": "application/json", ...headers }).end(JSON.stringify(body));
}

export const answerRightly: Reply = ({ path, texts }, response) => {
  if (path.endsWith("/embeddings")) json(response, openAiAnswer(texts.map((text) => vectorOf(text))));
  else if (path.endsWith("/infer"))
    json(response, {
      model_name: "fake",
      outputs: [
        { name: "vector", datatype: "FP32", shape: [texts.length, WIDTH], data: texts.flatMap((text) => vectorOf(text)) },
      ],
    });
  else
    json(response, {
      name: "fake",
      inputs: [{ name: "words", datatype: "BYTES", shape: [-1, 1] }],
      outputs: [{ name: "vector", datatype: "FP32", shape: [-1, WIDTH] }],
    });
};

/** Backwards: only `index` says which vector is whose. */
export const openAiAnswer = (
  vectors: readonly (readonly number[])[],
): { data: { index: number; embedding: readonly number[] }[] } => ({
  data: vectors.map((embedding, index) => ({ object: "embedding", index, embedding })).reverse(),
});

function textsOf(body: unknown): readonly string[] {
  const { input, inputs } = (body ?? {}) as { input?: string[]; inputs?: { data: string[] }[] };
  return input ?? inputs?.[0]?.data ?? [];
}

import { createHash } from "node:crypto";
import http, { type IncomingMessage, type RequestListener, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";

export interface SeenRequest {
  readonly url: string;
  readonly headers: IncomingMessage["headers"];
}

/** Answers instead of the hub when it returns true. */
export type Fault = (request: IncomingMessage, response: ServerResponse, count: number) => boolean;

export interface TestHub {
  readonly endpoint: string;
  /** Requests for files, in order. */
  readonly downloads: SeenRequest[];
  readonly questions: SeenRequest[];
  /** Of files, over all answers. */
  readonly sent: () => number;
  fault: Fault | undefined;
  close(): Promise<void>;
}

export const REPOSITORY = "owner/small-encoder";
export const COMMIT = "0123456789abcdef0123456789abcdef01234567";

export const sha256 = (bytes: Uint8Array): string => createHash("sha256").update(bytes).digest("hex");
export const gitBlob = (bytes: Uint8Array): string =>
  createHash("sha1").update(`blob ${bytes.length}\0`).update(bytes).digest("hex");

/** Files of this size and more lie in the hub's large storage. */
const LARGE = 10_000;

/** A repository as a hub serves it, on this machine. `describe` may change what it says of itself. */
export async function startHub(
  files: Readonly<Record<string, Uint8Array>>,
  describe: (answer: Record<string, unknown>) => Record<string, unknown> = (answer) => answer,
): Promise<TestHub> {
  const questions: SeenRequest[] = [];
  const downloads: SeenRequest[] = [];
  let sent = 0;
  const answer = describe({
    id: REPOSITORY,
    sha: COMMIT,
    gated: false,
    tags: ["sentence-transformers"],
    cardData: { license: "apache-2.0" },
    siblings: Object.entries(files).map(([rfilename, bytes]) => ({
      rfilename,
      size: bytes.length,
      blobId: gitBlob(bytes),
      ...(bytes.length < LARGE ? {} : { lfs: { sha256: sha256(bytes), size: bytes.length, pointerSize: 130 } }),
    })),
  });
  const hub = await listen((request, response) => {
    const url = new URL(request.url!, "http://hub");
    const isFile = url.pathname.includes("/resolve/");
    const seen = isFile ? downloads : questions;
    seen.push({ url: request.url!, headers: request.headers });
    if (hub.fault?.(request, response, seen.length) === true) return;
    if (!isFile) {
      response.setHeader("content-type", "application/json; charset=utf-8");
      if (url.pathname === "/api/models") response.end(JSON.stringify([{ id: REPOSITORY, downloads: 12, tags: [] }]));
      else if (url.pathname.startsWith(`/api/models/${REPOSITORY}/revision/`)) response.end(JSON.stringify(answer));
      else response.writeHead(404, { "x-error-code": "RepoNotFound" }).end("{}");
      return;
    }
    const name = decodeURIComponent(url.pathname.slice(`/${REPOSITORY}/resolve/${COMMIT}/`.length));
    const bytes = files[name];
    if (bytes === undefined) response.writeHead(404, { "x-error-code": "EntryNotFound" }).end();
    else sent += sendFile(request, response, bytes);
  });
  return Object.assign(hub, { questions, downloads, sent: () => sent, fault: undefined as Fault | undefined });
}

/** A file as storage serves it: whole, or from where the request asks if its version is still this one. */
export function sendFile(request: IncomingMessage, response: ServerResponse, bytes: Uint8Array): number {
  const from = rangeOf(request, bytes);
  response.writeHead(from === 0 ? 200 : 206, headersOf(bytes, from));
  response.end(bytes.subarray(from));
  return bytes.length - from;
}

export const etagOf = (bytes: Uint8Array): string => `"${sha256(bytes).slice(0, 32)}"`;

export function rangeOf({ headers }: IncomingMessage, bytes: Uint8Array): number {
  const from = Number(/^bytes=(\d+)-$/.exec(headers.range ?? "")?.[1] ?? 0);
  return headers["if-range"] === etagOf(bytes) ? from : 0;
}

export const headersOf = (bytes: Uint8Array, from: number): Record<string, string | number> => ({
  etag: etagOf(bytes),
  "content-type": "application/octet-stream",
  "content-length": bytes.length - from,
  ...(from === 0 ? {} : { "content-range": `bytes ${from}-${bytes.length - 1}/${bytes.length}` }),
});

export interface Listening {
  readonly endpoint: string;
  close(): Promise<void>;
}

export async function listen(listener: RequestListener): Promise<Listening & { fault?: Fault | undefined }> {
  const server = http.createServer(listener);
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    endpoint: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    close: () =>
      new Promise((resolve) => {
        server.close(() => {
          resolve();
        });
        server.closeAllConnections();
      }),
  };
}

import net from "node:net";
import tls from "node:tls";

import type { CancellationToken } from "../../core/base/cancellation.ts";
import type { Disposable } from "../../core/base/disposable.ts";
import { cancelled, EmbedError } from "../../protocol/errors.ts";
import {
  sharedAway,
  sharedFailed,
  sharedInsecure,
  sharedRefused,
  sharedSlow,
  sharedUntrusted,
} from "../../protocol/sharedErrors.ts";
import type { SharedServer } from "../../protocol/workspace.ts";
import type * as Milvus from "./milvusSdk.ts";

export type Sdk = typeof Milvus;
export type Client = InstanceType<Sdk["MilvusClient"]>;

export type Question<T> = (client: Client, sdk: Sdk, timeout: number) => Promise<T>;

/** A server that is connected to when it is first asked, and again after it was away. */
export interface MilvusConnection extends Disposable {
  /**
   * Asks it. Settles within `seconds` and the time to connect, at once when cancelled: what the server was asked then
   * goes on there, and its answer is dropped. An answer that is not a success is an EmbedError. The question passes its
   * `timeout` (ms) on to the client, which waits less by itself.
   */
  ask<T>(seconds: number, question: Question<T>, token?: CancellationToken): Promise<T>;
  /** Grows when a connection was lost: what was known of the server's state is no longer sure. */
  readonly generation: number;
}

/** Longest to wait for a server to be reached: longer, and a wrong address looks like a slow one. */
const CONNECT_SECONDS = 5;

export function connectMilvus(server: SharedServer): MilvusConnection {
  const { address } = server;
  let connected: Promise<readonly [Client, Sdk]> | undefined;
  let generation = 0;
  let disposed = false;

  const drop = (): void => {
    const old = connected;
    connected = undefined;
    generation++;
    old?.then(([client]) => client.closeConnection()).catch(() => undefined);
  };

  const open = async (): Promise<readonly [Client, Sdk]> => {
    refusePlainText(server);
    const sdk = await import("./milvusSdk.ts");
    const client = new sdk.MilvusClient({
      address,
      ssl: server.secure,
      ...(server.token === undefined ? {} : { token: server.token }),
      ...(server.secure ? { tls: { rootCert: trustedCertificates() } } : {}),
      timeout: CONNECT_SECONDS * 1000,
      // One more try for a connection that lay idle too long; every request may be repeated.
      maxRetries: 1,
      retryDelay: 50,
      // Otherwise this machine's name and the use of the client would be sent to the server every so often.
      telemetry: { enabled: false },
      // Otherwise a name with "global-cluster" in it would be asked over HTTPS where to go.
      isGlobal: false,
      logLevel: "error",
      pool: { min: 0, max: 4, acquireTimeoutMillis: CONNECT_SECONDS * 1000 },
      // A proxy for the wide world is none for this machine.
      channelOptions: isLoopback(hostOf(address)) ? { "grpc.enable_http_proxy": 0 } : {},
    });
    try {
      await client.connectPromise;
      return [client, sdk];
    } catch (error) {
      void client.closeConnection();
      throw error;
    }
  };

  return {
    get generation() {
      return generation;
    },
    ask: async (seconds, question, token) => {
      if (disposed) throw sharedAway(address, "it was closed");
      let limit = CONNECT_SECONDS;
      const answer = async () => {
        const [client, sdk] = await within(CONNECT_SECONDS + 1, sharedSlow(address, CONNECT_SECONDS), (connected ??= open()));
        limit = seconds;
        const reply = await within(seconds + 1, sharedSlow(address, seconds), question(client, sdk, seconds * 1000));
        checkStatus(address, reply);
        return reply;
      };
      try {
        return await unlessCancelled(answer(), token);
      } catch (thrown) {
        const error = understood(address, thrown, limit);
        const stays = error instanceof EmbedError && (error.data.code === "cancelled" || error.data.code === "sharedFailed");
        if (!stays) drop();
        throw error;
      }
    },
    dispose: () => {
      disposed = true;
      drop();
    },
  };
}

function refusePlainText({ address, secure }: SharedServer): void {
  const host = hostOf(address);
  if (host === "") throw sharedAway(address, "an address is host:port, without a scheme");
  if (!secure && !isLoopback(host)) throw sharedInsecure(address);
}

/** Empty if it is none. */
function hostOf(address: string): string {
  const match = /^(?:\[([0-9a-f:.]+)\]|([a-z0-9._-]+)):(\d{1,5})$/i.exec(address);
  return match?.[1] ?? match?.[2] ?? "";
}

/** A name that merely resolves to this machine today is not trusted to do so tomorrow. */
function isLoopback(host: string): boolean {
  return host.toLowerCase() === "localhost" || host === "::1" || (net.isIPv4(host) && host.startsWith("127."));
}

/** Those of Node and those of the operating system, where a company has its own. */
function trustedCertificates(): Buffer {
  return Buffer.from([...tls.getCACertificates("default"), ...tls.getCACertificates("system")].join("\n"));
}

function within<T>(seconds: number, late: EmbedError, promise: Promise<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    // The client has deadlines of its own; this one holds also where it waits for something else.
    const timer = setTimeout(() => {
      reject(late);
    }, seconds * 1000);
    promise.then(resolve, reject).finally(() => {
      clearTimeout(timer);
    });
  });
}

/** The promise's outcome, or a cancellation at once; the work goes on unheard. */
export function unlessCancelled<T>(promise: Promise<T>, token: CancellationToken | undefined): Promise<T> {
  if (token === undefined) return promise;
  return new Promise((resolve, reject) => {
    const listener = token.onCancellationRequested(() => {
      reject(cancelled());
    });
    if (token.isCancellationRequested) reject(cancelled());
    promise.then(resolve, reject).finally(() => {
      listener.dispose();
    });
  });
}

/** The client resolves with the server's refusals; they become what is thrown. */
function checkStatus(address: string, reply: unknown): void {
  const refusal = refusalIn(reply);
  if (refusal !== undefined) throw sharedFailed(address, oneLine(refusal));
}

/** Milvus' own status, in an answer or thrown as it is; its numbers are not those of gRPC. */
function refusalIn(value: unknown): string | undefined {
  if (typeof value !== "object" || value === null) return undefined;
  const { error_code: code, reason } = ("status" in value ? value.status : value) as { error_code?: string; reason?: string };
  if (code === undefined || code === "Success") return undefined;
  return reason === undefined || reason === "" ? code : reason;
}

/** Codes of gRPC that are told apart. */
const GRPC = { cancelled: 1, deadlineExceeded: 4, permissionDenied: 7, unavailable: 14, unauthenticated: 16 } as const;

/**
 * What happened, as far as it is known; what no server has to do with, such as a file that is missing here, stays as it is.
 *
 * @param seconds what the server was given, should it have been too slow
 */
function understood(address: string, thrown: unknown, seconds: number): unknown {
  const refusal = refusalIn(thrown);
  if (refusal !== undefined) return sharedFailed(address, oneLine(refusal));
  const { code, details } = thrown as { code?: unknown; details?: string };
  if (typeof code !== "number") return thrown;
  const reason = oneLine(details ?? String(thrown));
  switch (code) {
    case GRPC.deadlineExceeded:
      return sharedSlow(address, seconds);
    case GRPC.permissionDenied:
    case GRPC.unauthenticated:
      return sharedRefused(address, reason);
    case GRPC.cancelled:
    case GRPC.unavailable:
      return /certificate|self.signed|SSL|TLS|wrong version number|EPROTO/i.test(reason)
        ? sharedUntrusted(address, reason)
        : sharedAway(address, reason);
    default:
      return sharedFailed(address, reason);
  }
}

/** Longest message of a server that is passed on, in characters. */
const MAX_MESSAGE = 300;

/** Without what gRPC says around the reason. */
const oneLine = (text: string): string =>
  text
    .replace(/\s+/g, " ")
    .replace(/^No connection established\. Last error: (Error: )?|( \([^()]*\))?\. Resolution note:.*$| \(retried .*$/g, "")
    .replace(/\.$/, "")
    .slice(0, MAX_MESSAGE);

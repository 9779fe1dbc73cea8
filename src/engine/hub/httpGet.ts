import dns from "node:dns";
import http, { type IncomingHttpHeaders, type IncomingMessage } from "node:http";
import https from "node:https";
import type { LookupFunction } from "node:net";
import { pipeline, Readable } from "node:stream";
import tls from "node:tls";
import zlib from "node:zlib";

import { cancelled, EmbedError } from "../../protocol/errors.ts";
import { hubAway, hubBroke, hubInsecure, hubRedirected, hubSlow, hubUntrusted } from "../../protocol/hubErrors.ts";
import type { HubProxy } from "../../protocol/hub.ts";
import { isLinkLocal, isLoopback, isLoopbackAddress } from "./hubAddress.ts";
import { Passing } from "./persistently.ts";
import { proxyFor, tunnel } from "./proxy.ts";

export interface GetOptions {
  readonly headers: Readonly<Record<string, string>>;
  /** Sent by POST; a request without one is a GET. */
  readonly body?: Buffer;
  /** How failures are called; absent: those of a hub. */
  readonly failures?: HttpFailures;
  /** The hub that was asked for: only its own name may lead to this machine. */
  readonly hub: URL;
  readonly proxy?: HubProxy | undefined;
  readonly certificates?: string | undefined;
  /** Milliseconds of silence, or of next to nothing, after which the connection is given up. */
  readonly stallMs: number;
  readonly signal: AbortSignal;
}

/** The ways in which no answer comes, as errors for people. */
export interface HttpFailures {
  readonly insecure: (origin: string) => EmbedError;
  readonly untrusted: (host: string, reason: string) => EmbedError;
  readonly misled: (host: string, reason: string) => EmbedError;
  readonly slow: (host: string, seconds: number) => EmbedError;
  readonly broke: (host: string, reason: string) => EmbedError;
  readonly away: (host: string, reason: string) => EmbedError;
}

export interface Answer {
  readonly url: URL;
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  /** The bytes as they were sent. Throws `Passing` when the connection breaks or stalls. */
  readonly body: AsyncIterable<Uint8Array>;
  /** Ends the connection; whatever was not read is not sent. */
  close(): void;
}

const HUB_FAILURES: HttpFailures = {
  insecure: hubInsecure,
  untrusted: hubUntrusted,
  misled: hubRedirected,
  slow: hubSlow,
  broke: hubBroke,
  away: hubAway,
};

/** Less than this within the time of a stall is a stall too, in bytes. */
const LEAST_FLOW = 1024;

/**
 * One GET, or POST, no redirect followed. The connection is this request's own. Throws `Passing` for what may be better next
 * time, an EmbedError for what will not, `cancelled` when `signal` says so.
 */
export async function httpGet(url: URL, options: GetOptions): Promise<Answer> {
  const { insecure } = options.failures ?? HUB_FAILURES;
  if (url.protocol !== "https:" && !isLoopback(url.hostname)) throw insecure(url.origin);
  const watch = stallWatch(options.stallMs);
  const signal = AbortSignal.any([options.signal, watch.signal]);
  const judge = (thrown: unknown): Error => judged(thrown, url.host, options, watch.signal.aborted);
  try {
    const { request, response } = await open(url, options, signal);
    return {
      url,
      status: response.statusCode ?? 0,
      headers: response.headers,
      body: bodyOf(response, watch, judge),
      close: () => {
        watch.end();
        request.destroy();
      },
    };
  } catch (thrown) {
    watch.end();
    throw judge(thrown);
  }
}

/** The bytes of an answer as they were before compression. Throws an EmbedError when there are more than `most`. */
export async function readAll(answer: Answer, most: number, tooMuch: () => Error): Promise<Buffer> {
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of decoded(answer)) {
    size += chunk.length;
    if (size > most) {
      answer.close();
      throw tooMuch();
    }
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}

/** The body without its compression, which some hubs and proxies add unasked. */
export function decoded({ headers, body }: Answer): AsyncIterable<Uint8Array> {
  switch (headers["content-encoding"] ?? "identity") {
    case "gzip":
    case "x-gzip":
      return through(body, zlib.createGunzip());
    case "deflate":
      return through(body, zlib.createInflate());
    case "br":
      return through(body, zlib.createBrotliDecompress());
    default:
      return body;
  }
}

export const isEncoded = ({ headers }: Answer): boolean => !["", "identity"].includes(headers["content-encoding"] ?? "");

async function* through(
  body: AsyncIterable<Uint8Array>,
  stream: zlib.Gunzip | zlib.Inflate | zlib.BrotliDecompress,
): AsyncIterable<Uint8Array> {
  const source = Readable.from(body);
  // What breaks the source breaks the stream too, with the same error.
  pipeline(source, stream, () => undefined);
  try {
    yield* stream as AsyncIterable<Uint8Array>;
  } catch (error) {
    throw error instanceof EmbedError || error instanceof Passing
      ? error
      : new Passing(hubBroke("the hub", `what it sent cannot be unpacked (${wordsOf(error)})`));
  } finally {
    source.destroy();
    stream.destroy();
  }
}

interface Opened {
  readonly request: http.ClientRequest;
  readonly response: IncomingMessage;
}

async function open(
  url: URL,
  { headers: own, body, failures, hub, proxy, certificates, signal: asked }: GetOptions,
  signal: AbortSignal,
): Promise<Opened> {
  asked.throwIfAborted();
  const trusted = url.protocol === "https:" || proxy !== undefined ? trustedCertificates(certificates) : [];
  const by = proxyFor(url, proxy);
  const method = body === undefined ? "GET" : "POST";
  const headers = body === undefined ? own : { ...own, "content-length": String(body.length) };
  const lookup = guardedLookup(url, hub, (failures ?? HUB_FAILURES).misled);
  const direct = { agent: false as const, method, lookup, headers, signal };
  // A non-loopback address is always encrypted here, so a proxy always gets a tunnel and never the request itself.
  const request =
    by !== undefined
      ? http.request({
          method,
          path: `${url.pathname}${url.search}`,
          headers: { ...headers, host: url.host },
          signal,
          createConnection: await tunnelled(url, by, trusted, signal),
        })
      : url.protocol === "https:"
        ? https.request(url, { ...direct, ca: trusted })
        : http.request(url, direct);
  return await new Promise((resolve, reject) => {
    request.once("response", (response) => {
      resolve({ request, response });
    });
    request.once("error", reject);
    request.end(body);
  });
}

async function tunnelled(
  url: URL,
  proxy: URL,
  certificates: readonly string[],
  signal: AbortSignal,
): Promise<() => tls.TLSSocket> {
  const socket = await tunnel(url, proxy, certificates, signal);
  return () => socket;
}

/** Those that Node and this system trust: companies put their own there. */
const trustedCertificates = (more: string | undefined): string[] => [
  ...tls.getCACertificates("default"),
  ...tls.getCACertificates("system"),
  ...(more === undefined ? [] : [more]),
];

/** A name may be resolved to anything, so what it was resolved to is looked at before connecting. */
function guardedLookup(url: URL, hub: URL, misled: HttpFailures["misled"]): LookupFunction {
  const mayBeLocal = url.hostname === hub.hostname || isLoopback(hub.hostname);
  // What is not encrypted stays on this machine, whatever a name server makes of `localhost`.
  const mustBeLocal = url.protocol === "http:";
  return (hostname, options, callback) => {
    dns.lookup(hostname, { ...options, all: true }, (error, found) => {
      if (error !== null) {
        callback(error, []);
        return;
      }
      const refused = found.some(({ address }) => isLinkLocal(address) || (isLoopbackAddress(address) && !mayBeLocal));
      const outside = mustBeLocal && found.some(({ address }) => !isLoopbackAddress(address));
      if (refused) callback(misled(hub.host, `to ${hostname}, which is no public address`), []);
      else if (outside) callback(misled(hub.host, `to ${hostname}, which is not this machine`), []);
      else if (options.all === true) callback(null, found);
      else callback(null, found[0]!.address, found[0]!.family);
    });
  };
}

interface StallWatch {
  readonly signal: AbortSignal;
  /** Says that bytes came. */
  saw(bytes: number): void;
  /** Time that passes until the next {@link saw} is ours, not the server's. */
  pause(): void;
  resume(): void;
  end(): void;
}

function stallWatch(stallMs: number): StallWatch {
  const aborter = new AbortController();
  let timer: NodeJS.Timeout | undefined;
  let flow = 0;
  const resume = (): void => {
    timer ??= setTimeout(() => {
      aborter.abort();
    }, stallMs);
  };
  const pause = (): void => {
    clearTimeout(timer);
    timer = undefined;
  };
  resume();
  return {
    signal: aborter.signal,
    saw: (bytes) => {
      flow += bytes;
      if (flow < LEAST_FLOW) return;
      flow = 0;
      pause();
    },
    pause,
    resume,
    end: pause,
  };
}

async function* bodyOf(
  response: IncomingMessage,
  watch: StallWatch,
  judge: (thrown: unknown) => Error,
): AsyncIterable<Uint8Array> {
  try {
    for await (const chunk of response as AsyncIterable<Uint8Array>) {
      watch.saw(chunk.length);
      yield chunk;
      watch.resume();
    }
  } catch (thrown) {
    throw judge(thrown);
  } finally {
    watch.end();
    response.destroy();
  }
}

/** What OpenSSL says about a certificate that nobody here vouches for. */
const CERTIFICATE = /CERT|SELF_SIGNED|UNABLE_TO_(GET|VERIFY)|ALTNAME|ISSUER/;

function judged(
  thrown: unknown,
  host: string,
  { signal, stallMs, failures = HUB_FAILURES }: GetOptions,
  stalled: boolean,
): Error {
  if (signal.aborted) return cancelled();
  if (thrown instanceof EmbedError || thrown instanceof Passing) return thrown;
  if (stalled) return new Passing(failures.slow(host, stallMs / 1000));
  const code = thrown instanceof Error && "code" in thrown ? String(thrown.code) : "";
  if (CERTIFICATE.test(code)) return failures.untrusted(host, wordsOf(thrown));
  const closed = code === "ECONNRESET" || code === "EPIPE";
  return new Passing(closed ? failures.broke(host, "the other end closed it") : failures.away(host, wordsOf(thrown)));
}

/** An AggregateError, as connecting to several addresses gives, has no message of its own. */
function wordsOf(thrown: unknown): string {
  if (thrown instanceof AggregateError && thrown.errors.length > 0) return wordsOf(thrown.errors[0]);
  return thrown instanceof Error ? thrown.message : String(thrown);
}

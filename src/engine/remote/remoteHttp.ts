import * as v from "valibot";

import { EmbedError } from "../../protocol/errors.ts";
import type { HubPatience, HubProxy } from "../../protocol/hub.ts";
import {
  remoteAway,
  remoteBroke,
  remoteBusy,
  remoteInsecure,
  remoteKey,
  remoteMissing,
  remoteRedirected,
  remoteRefused,
  remoteSlow,
  remoteUntrusted,
  remoteWrong,
} from "../../protocol/remoteErrors.ts";
import { printable } from "../hub/hubAddress.ts";
import { httpGet, readAll, type Answer, type HttpFailures } from "../hub/httpGet.ts";
import { Passing, passingAnswer, persistently } from "../hub/persistently.ts";

/** How a server is reached. */
export interface RemoteAccess {
  /** Sent as a bearer token. */
  readonly key?: string | undefined;
  readonly proxy?: HubProxy | undefined;
  readonly certificates?: string | undefined;
  readonly patience?: HubPatience | undefined;
}

/** One question to a server: a GET, or a POST of `body` as JSON. */
export interface Question<T extends v.GenericSchema> {
  readonly url: URL;
  readonly body?: unknown;
  /** What the answer must be. */
  readonly schema: T;
  /** For the words of a failure. */
  readonly model: string;
}

/** A server refused what it was sent: the batch is too large, or one of its texts is not for it. */
export class NotTaken extends Error {
  readonly status: number;
  readonly reason: string;

  constructor(status: number, reason: string) {
    super(reason);
    this.status = status;
    this.reason = reason;
  }
}

/** Silence after which a request is given up: a slow server with a full batch takes a while. */
const PATIENCE: HubPatience = { stallMs: 60_000, backOffMs: 500 };
/** All tries of one question together may take this many times the longest silence. */
const TOTAL_STALLS = 3;
/** A full batch of the widest vectors there are is a third of it. */
const MAX_ANSWER = 64_000_000;

const FAILURES: HttpFailures = {
  insecure: remoteInsecure,
  untrusted: remoteUntrusted,
  misled: remoteRedirected,
  slow: remoteSlow,
  broke: remoteBroke,
  away: remoteAway,
};

/**
 * Asks until there is an answer: what may pass is tried again, with back-off and as long as `Retry-After` says, within a
 * bounded time. No redirect is followed. Throws an EmbedError, or {@link NotTaken}.
 */
export async function askServer<T extends v.GenericSchema>(
  question: Question<T>,
  access: RemoteAccess,
  signal: AbortSignal,
): Promise<v.InferOutput<T>> {
  const patience = access.patience ?? PATIENCE;
  const total = TOTAL_STALLS * patience.stallMs;
  const overdue = AbortSignal.timeout(total);
  let last: EmbedError = remoteSlow(question.url.host, total / 1000);
  const attempt = async (): Promise<v.InferOutput<T>> => {
    try {
      return await askOnce(question, access, patience, AbortSignal.any([signal, overdue]));
    } catch (error) {
      if (error instanceof Passing) last = error.error;
      throw error;
    }
  };
  try {
    return await persistently(attempt, patience, AbortSignal.any([signal, overdue]));
  } catch (error) {
    // What the clock ended looks like a cancellation, and is none.
    if (overdue.aborted && !signal.aborted && error instanceof EmbedError && error.data.code === "cancelled") throw last;
    throw error;
  }
}

async function askOnce<T extends v.GenericSchema>(
  { url, body, schema, model }: Question<T>,
  { key, proxy, certificates }: RemoteAccess,
  { stallMs }: HubPatience,
  signal: AbortSignal,
): Promise<v.InferOutput<T>> {
  const answer = await httpGet(url, {
    hub: url,
    failures: FAILURES,
    proxy,
    certificates,
    stallMs,
    signal,
    headers: {
      "user-agent": "compare-embeddings",
      accept: "application/json",
      "accept-encoding": "identity",
      ...(body === undefined ? {} : { "content-type": "application/json" }),
      // The address of the question is the encoder's own, and no redirect is followed: nobody else sees it.
      ...(key === undefined ? {} : { authorization: `Bearer ${key}` }),
    },
    ...(body === undefined ? {} : { body: Buffer.from(JSON.stringify(body)) }),
  });
  try {
    if (answer.status >= 300 && answer.status < 400) throw redirection(answer);
    if (answer.status !== 200) throw await refusal(answer, model, key);
    const read = parseJson(await text(answer, MAX_ANSWER));
    const parsed = v.safeParse(schema, read);
    if (parsed.success) return parsed.output;
    const where =
      read === undefined ? "it is no JSON" : `${v.getDotPath(parsed.issues[0]) ?? "all of it"} is not as it should be`;
    throw remoteWrong(url.host, where);
  } finally {
    answer.close();
  }
}

const text = async (answer: Answer, most: number): Promise<string> =>
  (await readAll(answer, most, () => remoteWrong(answer.url.host, "it is endless"))).toString("utf8");

function parseJson(json: string): unknown {
  try {
    return JSON.parse(json);
  } catch {
    return undefined;
  }
}

function redirection({ url, headers }: Answer): EmbedError {
  const to = URL.parse(headers.location ?? "", url.href);
  return remoteRedirected(url.host, to === null ? "to no address" : `to ${printable(to.host)}`);
}

const NOT_TAKEN = new Set([400, 413, 422]);

async function refusal(answer: Answer, model: string, key: string | undefined): Promise<Error> {
  const passing = passingAnswer(answer, remoteBusy);
  if (passing !== undefined) return passing;
  const { status, url } = answer;
  if (status === 401 || status === 403) return remoteKey(url.host, key !== undefined);
  if (status === 404) return remoteMissing(url.host, printable(model), url.pathname);
  const reason = await reasonOf(answer, key);
  return NOT_TAKEN.has(status) ? new NotTaken(status, reason) : remoteRefused(url.host, status, reason);
}

/** Where servers say what is wrong: OpenAI's, the Open Inference Protocol's, and that of most Python servers. */
const REASON = v.union([
  v.pipe(
    v.object({ error: v.object({ message: v.string() }) }),
    v.transform(({ error }) => error.message),
  ),
  v.pipe(
    v.object({ error: v.string() }),
    v.transform(({ error }) => error),
  ),
  v.pipe(
    v.object({ detail: v.string() }),
    v.transform(({ detail }) => detail),
  ),
  v.pipe(
    v.object({ message: v.string() }),
    v.transform(({ message }) => message),
  ),
]);
const MAX_REASON = 10_000;

/** Why a server refuses, in its own words; empty when it does not say, or says the key. */
async function reasonOf(answer: Answer, key: string | undefined): Promise<string> {
  try {
    const parsed = v.safeParse(REASON, parseJson(await text(answer, MAX_REASON)));
    if (!parsed.success || (key !== undefined && parsed.output.includes(key))) return "";
    return printable(parsed.output);
  } catch {
    return "";
  }
}

import * as v from "valibot";

import {
  hubBusy,
  hubForbidden,
  hubGated,
  hubPage,
  hubRedirected,
  hubTokenNeeded,
  hubTokenRefused,
  hubWrong,
  noHubFile,
  noRepository,
  noRevision,
  repositoryMoved,
} from "../../protocol/hubErrors.ts";
import type { HubAccess, HubPatience } from "../../protocol/hub.ts";
import { below, hubAddress, isRedirect, printable, redirectTarget } from "./hubAddress.ts";
import { httpGet, readAll, type Answer } from "./httpGet.ts";
import { Passing, passingAnswer, PATIENCE, persistently } from "./persistently.ts";

/** What a request is about, for the words of its failure. */
export interface Subject {
  readonly repository: string;
  readonly revision: string;
  readonly file?: string;
}

/** A hub that answers questions and hands out files. */
export interface HubClient {
  readonly address: URL;
  readonly patience: HubPatience;
  /** An answer as JSON, checked. `path` is relative to the hub. No redirect is followed. */
  ask<T extends v.GenericSchema>(path: URL, schema: T, subject: Subject, signal: AbortSignal): Promise<v.InferOutput<T>>;
  /**
   * A file, by whatever storage the hub sends us to, once: throws `Passing` for what may be better next time. The status
   * is 200, 206 or 416.
   */
  open(file: URL, headers: Readonly<Record<string, string>>, subject: Subject, signal: AbortSignal): Promise<Answer>;
}

/** Answers in JSON are cut here; the longest lists of files are a few MB. */
const MAX_ANSWER = 32_000_000;
/** The hub sends to its storage in one step, mirrors in two or three. */
const MAX_REDIRECTS = 5;

/** Throws `hubInsecure` for an address that nothing may be fetched from. */
export function hubClient(access: HubAccess): HubClient {
  const hub = hubAddress(access.endpoint);
  const patience = access.patience ?? PATIENCE;
  const get = (url: URL, headers: Readonly<Record<string, string>>, withToken: boolean, signal: AbortSignal): Promise<Answer> =>
    httpGet(url, {
      hub,
      proxy: access.proxy,
      certificates: access.certificates,
      stallMs: patience.stallMs,
      signal,
      headers: {
        "user-agent": "compare-embeddings",
        "accept-encoding": "identity",
        ...headers,
        ...(withToken && access.token !== undefined && url.origin === hub.origin
          ? { authorization: `Bearer ${access.token}` }
          : {}),
      },
    });

  return {
    address: hub,
    patience,
    ask: (url, schema, subject, signal) =>
      persistently(
        async () => {
          const answer = await get(url, { accept: "application/json" }, true, signal);
          try {
            if (isRedirect(answer.status)) throw movedOrLost(answer, subject);
            if (answer.status !== 200) throw refusal(answer, subject, hub, access.token !== undefined);
            if (isPage(answer)) throw hubPage(url.host);
            const text = (await readAll(answer, MAX_ANSWER, () => hubWrong(url.host, "it is endless"))).toString("utf8");
            const parsed = v.safeParse(schema, parseJson(text));
            if (!parsed.success)
              throw hubWrong(url.host, `${v.getDotPath(parsed.issues[0]) ?? "it"}: ${parsed.issues[0].message}`);
            return parsed.output;
          } finally {
            answer.close();
          }
        },
        patience,
        signal,
      ),
    open: async (file, headers, subject, signal) => {
      let url = file;
      let atHome = true;
      for (let step = 0; step <= MAX_REDIRECTS; step++) {
        const answer = await get(url, headers, atHome, signal);
        if (answer.status === 200 || answer.status === 206 || answer.status === 416) {
          if (!isPage(answer)) return answer;
          answer.close();
          throw hubPage(url.host);
        }
        answer.close();
        if (!isRedirect(answer.status)) throw refusal(answer, subject, hub, access.token !== undefined);
        const to = redirectTarget(url, answer.headers.location, hub);
        // Whoever is elsewhere once gets the token never again, even if sent back.
        atHome &&= to.origin === hub.origin;
        url = to;
      }
      throw hubRedirected(hub.host, "in circles");
    },
  };
}

export const repositoryPage = (hub: URL, repository: string): string => below(hub, repository).href;

const isPage = ({ headers }: Answer): boolean => /^\s*(text\/html|application\/xhtml)/i.test(headers["content-type"] ?? "");

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** The hub answers questions about a renamed repository with its new name; a login page sends elsewhere. */
function movedOrLost({ url, headers }: Answer, { repository }: Subject): Error {
  const to = headers.location === undefined ? null : URL.parse(headers.location, url.href);
  const moved = to?.origin === url.origin ? /\/api\/models\/([^/?]+\/[^/?]+)/.exec(to.pathname)?.[1] : undefined;
  return moved === undefined || moved === repository
    ? hubRedirected(url.host, to === null ? "to no address" : `to ${to.host}`)
    : repositoryMoved(repository, printable(decodeURIComponent(moved)));
}

/** Storage that answers so has let a signed address grow old; the hub gives a new one. */
const STALE = new Set([400, 401, 403, 404, 410]);

function refusal(answer: Answer, { repository, revision, file }: Subject, hub: URL, signedIn: boolean): Error {
  const passing = passingAnswer(answer, hubBusy);
  if (passing !== undefined) return passing;
  const { url, status, headers } = answer;
  if (url.origin !== hub.origin && STALE.has(status)) return new Passing(hubBusy(url.host, status));
  const code = headers["x-error-code"];
  if (code === "GatedRepo") return hubGated(repository, repositoryPage(hub, repository), signedIn);
  switch (status) {
    case 401:
      return signedIn && code !== "RepoNotFound" ? hubTokenRefused(url.host) : hubTokenNeeded(repository);
    case 403:
      return signedIn ? hubForbidden(repository) : hubGated(repository, repositoryPage(hub, repository), false);
    case 404:
      if (code === "RevisionNotFound") return noRevision(repository, revision);
      return file === undefined ? noRepository(repository) : noHubFile(repository, file);
    default:
      return hubWrong(url.host, `it answered ${String(status)}`);
  }
}

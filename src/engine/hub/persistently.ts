import type { IncomingHttpHeaders } from "node:http";

import { cancelled, type EmbedError } from "../../protocol/errors.ts";
import type { HubPatience } from "../../protocol/hub.ts";

/** A failure that may be gone at the next try; `error` is what is said when there is none. */
export class Passing extends Error {
  readonly error: EmbedError;
  /** What the server asks to wait, in milliseconds. */
  readonly waitMs: number | undefined;

  constructor(error: EmbedError, waitMs?: number) {
    super(error.message);
    this.error = error;
    this.waitMs = waitMs;
  }
}

export const PATIENCE: HubPatience = { stallMs: 30_000, backOffMs: 500 };

/** Tries in a row that may come to nothing. */
const ATTEMPTS = 5;
/** A server that asks for a longer wait than this is not waited for: somebody sits before the progress. */
const LONGEST_WAIT_MS = 60_000;

/**
 * Repeats what fails in passing, after a wait that doubles, spread by chance so that many do not come back as one. Tries
 * that got somewhere (`progressed`) do not count, so a bad line costs time only.
 */
export async function persistently<T>(
  attempt: () => Promise<T>,
  { backOffMs }: HubPatience,
  signal: AbortSignal,
  progressed: () => boolean = () => false,
): Promise<T> {
  for (let failures = 0; ;) {
    if (signal.aborted) throw cancelled();
    try {
      return await attempt();
    } catch (thrown) {
      if (!(thrown instanceof Passing)) throw thrown;
      failures = progressed() ? 1 : failures + 1;
      if (failures === ATTEMPTS || (thrown.waitMs ?? 0) > LONGEST_WAIT_MS) throw thrown.error;
      const backOff = Math.min(LONGEST_WAIT_MS, backOffMs * 2 ** (failures - 1)) * (0.5 + Math.random());
      await pause(Math.max(thrown.waitMs ?? 0, backOff), signal);
    }
  }
}

/** Of servers that may be better in a while; 529 is how encoders on servers say that they are overloaded. */
const PASSING = new Set([408, 425, 429, 500, 502, 503, 504, 529]);

/** What an answer that may be another next time ends its try with; undefined for every other. `busy` says it for people. */
export function passingAnswer(
  { url, status, headers }: { readonly url: URL; readonly status: number; readonly headers: IncomingHttpHeaders },
  busy: (host: string, status: number, waitSeconds?: number) => EmbedError,
): Passing | undefined {
  if (!PASSING.has(status)) return undefined;
  const waitMs = retryAfter(headers["retry-after"]);
  return new Passing(busy(url.host, status, waitMs === undefined ? undefined : waitMs / 1000), waitMs);
}

/** Retry-After in milliseconds: seconds, or a date. undefined when it is neither. */
export function retryAfter(header: string | undefined, now: number = Date.now()): number | undefined {
  if (header === undefined) return undefined;
  if (/^\d+$/.test(header.trim())) return Number(header) * 1000;
  const date = Date.parse(header);
  return Number.isNaN(date) ? undefined : Math.max(0, date - now);
}

/** Throws `cancelled` when the signal comes first. */
export function pause(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    const stop = (): void => {
      clearTimeout(timer);
      reject(cancelled());
    };
    const timer = setTimeout(() => {
      signal.removeEventListener("abort", stop);
      resolve();
    }, ms);
    signal.addEventListener("abort", stop, { once: true });
    if (signal.aborted) stop();
  });
}

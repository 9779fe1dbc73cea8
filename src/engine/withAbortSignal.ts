import type { CancellationToken } from "../core/base/cancellation.ts";

/** Runs `work` with a token as the signal that Node's own functions take. A token may live for long: nothing is left on its list. */
export async function withAbortSignal<T>(token: CancellationToken, work: (signal: AbortSignal) => Promise<T>): Promise<T> {
  const aborter = new AbortController();
  const abort = (): void => {
    aborter.abort();
  };
  if (token.isCancellationRequested) abort();
  const listening = token.onCancellationRequested(abort);
  try {
    return await work(aborter.signal);
  } finally {
    listening.dispose();
  }
}

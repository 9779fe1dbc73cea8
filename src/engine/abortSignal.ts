import type { CancellationToken } from "../core/base/cancellation.ts";
import type { Disposable } from "../core/base/disposable.ts";

/** A token as the signal that Node's own functions take. Dispose it when the work is done: a token may live for long. */
export function abortSignal(token: CancellationToken): Disposable & { readonly signal: AbortSignal } {
  const aborter = new AbortController();
  const abort = (): void => {
    aborter.abort();
  };
  if (token.isCancellationRequested) abort();
  const listening = token.onCancellationRequested(abort);
  return {
    signal: aborter.signal,
    dispose: () => {
      listening.dispose();
    },
  };
}

import type { Disposable } from "./disposable.ts";

/** Same shape as vscode.CancellationToken and vscode-jsonrpc's: core may import neither. */
export interface CancellationToken {
  readonly isCancellationRequested: boolean;
  readonly onCancellationRequested: (listener: (event: unknown) => void) => Disposable;
}

/** A token that is never cancelled. */
export const neverCancelled: CancellationToken = {
  isCancellationRequested: false,
  onCancellationRequested: () => ({ dispose: () => undefined }),
};

/** A token and how to cancel it; it is cancelled with its parent too. */
export interface CancellationSource extends Disposable {
  readonly token: CancellationToken;
  cancel(): void;
}

export function cancellationSource(parent: CancellationToken = neverCancelled): CancellationSource {
  const listeners = new Set<(event: unknown) => void>();
  let requested = parent.isCancellationRequested;
  const cancel = (): void => {
    if (requested) return;
    requested = true;
    for (const listener of [...listeners]) listener(undefined);
    listeners.clear();
  };
  const following = parent.onCancellationRequested(cancel);
  return {
    token: {
      get isCancellationRequested() {
        return requested;
      },
      onCancellationRequested: (listener) => {
        listeners.add(listener);
        return {
          dispose: () => {
            listeners.delete(listener);
          },
        };
      },
    },
    cancel,
    // What goes on for long must not stay on its parent's list.
    dispose: () => {
      following.dispose();
    },
  };
}

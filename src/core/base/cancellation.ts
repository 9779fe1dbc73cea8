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

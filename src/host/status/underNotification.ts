import * as vscode from "vscode";

import type { Engine } from "./engine.ts";

/** Tells how far it is in a few words; `share`, 0 … 1, moves a bar that never goes back. */
export type Report = (words: string, share?: number) => void;

export interface LongWork {
  readonly title: string;
  /** For the status bar. */
  readonly name: string;
}

/** Does long work under a notification that can be cancelled. Resolves and rejects as `work` does. */
export function underNotification<T>(
  engine: Engine,
  { title, name }: LongWork,
  work: (report: Report, token: vscode.CancellationToken) => Promise<T>,
): Thenable<T> {
  const options = { location: vscode.ProgressLocation.Notification, title, cancellable: true };
  return vscode.window.withProgress(options, async (progress, token) => {
    const busy = engine.begin(name);
    let shown = 0;
    try {
      return await work((message, share) => {
        const percent = Math.max(shown, 100 * (share ?? 0));
        progress.report({ message, ...(share === undefined ? {} : { increment: percent - shown }) });
        shown = percent;
      }, token);
    } finally {
      busy.dispose();
    }
  });
}

import * as vscode from "vscode";

import type { Disposable } from "../../core/base/disposable.ts";
import type { SupervisedState } from "../../process/supervisor.ts";
import { COMMANDS } from "../contributions.ts";

/** What the index has to say in the status bar. */
export interface Notice {
  readonly text: string;
  /** Markdown of our own, with links to the commands named. */
  readonly tooltip: string;
  readonly commands: readonly string[];
  /** What a click does. */
  readonly command: string;
}

export interface StatusItem extends Disposable {
  setState(state: SupervisedState): void;
  /** Work under way; the latest is named. */
  setWork(work: string | undefined): void;
  /** Takes the item over while there is something to say; undefined gives it back. */
  setNotice(notice: Notice | undefined): void;
}

const WORDS: Readonly<Record<SupervisedState, string>> = {
  stopped: "not running; it starts when needed",
  starting: "starting",
  ready: "ready",
  failed: "failed",
};

/** The one item of this extension in the status bar: a failed engine comes first, then the index, then the engine. */
export function createStatusItem(): StatusItem {
  const item = vscode.window.createStatusBarItem("compareEmbeddings.engine", vscode.StatusBarAlignment.Right, 50);
  item.name = "Compare Embeddings";
  let state: SupervisedState = "stopped";
  let work: string | undefined;
  let notice: Notice | undefined;
  let shown = "";

  const engineLine = (): string =>
    `Engine: ${work ?? WORDS[state]}\n\n[Show log](command:${COMMANDS.showLog}) · [Restart](command:${COMMANDS.restartEngine})`;

  const show = (): void => {
    const failed = state === "failed";
    const said = failed ? undefined : notice;
    const icon = failed ? "$(error)" : work !== undefined || state === "starting" ? "$(loading~spin)" : "$(table)";
    const text = said?.text ?? `${icon} Embeddings`;
    const markdown = said === undefined ? engineLine() : `${said.tooltip}\n\n---\n\n${engineLine()}`;
    // Every write is drawn: what is shown already is not written again.
    const next = JSON.stringify([text, markdown, failed]);
    if (next === shown) return;
    shown = next;
    const tooltip = new vscode.MarkdownString(markdown, true);
    tooltip.isTrusted = { enabledCommands: [COMMANDS.showLog, COMMANDS.restartEngine, ...(said?.commands ?? [])] };
    item.text = text;
    item.tooltip = tooltip;
    item.command = said?.command ?? COMMANDS.showLog;
    item.backgroundColor = failed ? new vscode.ThemeColor("statusBarItem.errorBackground") : undefined;
    item.show();
  };

  show();
  return {
    setState: (next) => {
      state = next;
      show();
    },
    setWork: (next) => {
      work = next;
      show();
    },
    setNotice: (next) => {
      notice = next;
      show();
    },
    dispose: () => {
      item.dispose();
    },
  };
}

import * as vscode from "vscode";

import { COMMANDS } from "../contributions.ts";
import type { Engine } from "../status/engine.ts";
import { noticeOf } from "./indexNotice.ts";
import { plural } from "./words.ts";
import type { WorkspaceIndex } from "./workspaceIndex.ts";
import { complain } from "../status/complain.ts";

/** The commands of the index, and what the status bar says of it. */
export function registerIndexCommands(index: WorkspaceIndex, engine: Engine): vscode.Disposable {
  const on = (command: string, act: () => Promise<void>): vscode.Disposable =>
    vscode.commands.registerCommand(command, () => act().catch(complain));
  /** Indexing tells how it goes by itself; a command that waited for its end would look busy all the while. */
  const start = (): Promise<void> => {
    index.start().catch(complain);
    return Promise.resolve();
  };
  return vscode.Disposable.from(
    on(COMMANDS.indexWorkspace, start),
    on(COMMANDS.resumeIndexing, start),
    on(COMMANDS.pauseIndexing, () => index.pause()),
    on(COMMANDS.stopIndexing, () => index.stop()),
    on(COMMANDS.clearIndex, async () => {
      const { status } = index;
      const size =
        status === undefined ? "" : ` It holds ${plural(status.files, "file")} and ${plural(status.segments, "segment")}.`;
      const answer = await vscode.window.showWarningMessage(
        "Forget everything of this workspace's index?",
        { modal: true, detail: `Your files stay as they are. Indexing again takes as long as the first time.${size}` },
        "Clear Index",
      );
      if (answer !== undefined) await index.clear();
    }),
    index.onDidChange(() => {
      engine.setNotice(noticeOf(index.status, index.phase));
    }),
  );
}

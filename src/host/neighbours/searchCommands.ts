import * as vscode from "vscode";

import type { Position } from "../../core/text/segment.ts";
import { COMMANDS } from "../contributions.ts";
import type { WorkspaceIndex } from "../index/workspaceIndex.ts";
import { complain } from "../status/complain.ts";
import { MAX_QUERY_CHARACTERS } from "./messages.ts";
import { plainRange } from "./places.ts";
import { byWords, neighboursOf, neighboursOfText, type Question } from "./question.ts";
import type { Searches } from "./searches.ts";
import { askForWords } from "./wordsInput.ts";

/** The commands that search the index. */
export function registerSearchCommands(
  context: vscode.ExtensionContext,
  searches: Searches,
  index: WorkspaceIndex,
): vscode.Disposable {
  const on = <A extends unknown[]>(command: string, act: (...args: A) => Promise<void>): vscode.Disposable =>
    vscode.commands.registerCommand(command, async (...args: A) => {
      try {
        if (await somethingIndexed(index)) await act(...args);
      } catch (error) {
        complain(error);
      }
    });

  return vscode.Disposable.from(
    on(COMMANDS.findNeighbours, async () => {
      const editor = vscode.window.activeTextEditor;
      if (editor === undefined) {
        void vscode.window.showInformationMessage(
          "Open a file and select a text, or put the cursor into a symbol; then run Find Nearest Neighbours again.",
        );
        return;
      }
      await searches.open(questionAt(editor));
    }),
    on(COMMANDS.neighboursAt, (path: string, position: Position) => searches.open(neighboursOf(path, { start: position }))),
    on(COMMANDS.searchByMeaning, async (given?: unknown) => {
      const words = typeof given === "string" ? given : await askForWords(context.workspaceState);
      if (words !== undefined) await searches.open(byWords(words));
    }),
    on(COMMANDS.showHubs, () => searches.open({ title: "Hubs", what: { kind: "hubs" } })),
    on(COMMANDS.showDuplicates, () => searches.open({ title: "Near-duplicates", what: { kind: "duplicates" } })),
  );
}

/** What is selected, or the segment at the cursor. A document that is no file on this machine has no segments in the index. */
function questionAt({ document, selection }: vscode.TextEditor): Question {
  const path = document.uri.scheme === "file" ? document.uri.fsPath : undefined;
  const line = document.lineAt(selection.active.line);
  const range = selection.isEmpty ? (path === undefined ? line.range : undefined) : selection;
  if (range === undefined && path !== undefined) return neighboursOf(path, { start: selection.active });
  const text = document.getText(range).slice(0, MAX_QUERY_CHARACTERS);
  return text.trim() === "" && path !== undefined
    ? neighboursOf(path, { start: selection.active })
    : neighboursOfText(text, path, plainRange(range ?? line.range));
}

/** Without an index there is nothing to search: offers to make it. A search under way goes on with what is there. */
async function somethingIndexed(index: WorkspaceIndex): Promise<boolean> {
  if (index.phase !== "none") return true;
  const answer = await vscode.window.showInformationMessage(
    "This workspace is not indexed yet. Indexing reads its text files and keeps vectors on this machine; results come as it goes.",
    "Index Workspace",
  );
  if (answer === undefined) return false;
  await vscode.commands.executeCommand(COMMANDS.indexWorkspace);
  return true;
}

import * as vscode from "vscode";

import type { SplitMode } from "../../core/text/segment.ts";
import type { ComparisonSpec } from "../../protocol/panel.ts";
import { COMMANDS, SETTINGS } from "../contributions.ts";
import type { Encoders } from "../encoders/encoders.ts";
import type { Panels } from "../panel/panels.ts";
import { sourcesOfFiles, sourcesOfSelections, type Source } from "./sources.ts";

/** Compare Embeddings, on what is selected or on files; and a recent comparison again. */
export function registerCompare(context: vscode.ExtensionContext, panels: Panels, encoders: Encoders): void {
  const open = async (title: string, sources: readonly Source[]): Promise<void> => {
    const split = vscode.workspace.getConfiguration(SETTINGS.section).get<SplitMode>(SETTINGS.split, "auto");
    const chosen = await encoders.chosen();
    const spec: ComparisonSpec = { id: crypto.randomUUID(), title, sources, split, encoders: chosen.map((id) => ({ id })) };
    panels.open(spec);
  };

  context.subscriptions.push(
    vscode.commands.registerCommand(COMMANDS.compare, async () => {
      const editor = vscode.window.activeTextEditor;
      if (editor === undefined) {
        void vscode.window.showInformationMessage("Open a file and select what to compare, then run Compare Embeddings again.");
        return;
      }
      const source = sourcesOfSelections(editor);
      await open(source.path.split(/[/\\]/).at(-1) ?? source.path, [source]);
    }),
    vscode.commands.registerCommand(COMMANDS.compareFiles, async (clicked?: vscode.Uri, selected?: readonly vscode.Uri[]) => {
      const given =
        selected ??
        (clicked === undefined ? await vscode.window.showOpenDialog({ canSelectMany: true, canSelectFolders: true }) : [clicked]);
      if (given === undefined || given.length === 0) return;
      const { sources, skipped } = await sourcesOfFiles(given);
      if (skipped > 0)
        void vscode.window.showInformationMessage(
          `${skipped} files were left out: binary, larger than 1 MB, or beyond the first 200.`,
        );
      if (sources.length === 0) {
        void vscode.window.showWarningMessage("There is no text file to compare in what was chosen.");
        return;
      }
      await open(sources.length === 1 ? sources[0]!.path : `${sources.length} files`, sources);
    }),
    vscode.commands.registerCommand(COMMANDS.reopen, (spec: ComparisonSpec) => {
      panels.open(spec);
    }),
  );
}

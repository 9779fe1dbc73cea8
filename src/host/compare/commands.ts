import * as vscode from "vscode";

import type { SplitMode } from "../../core/text/segment.ts";
import type { ComparisonSpec } from "../../protocol/panel.ts";
import type { Comparisons } from "../comparisons/comparisons.ts";
import { COMMANDS, SETTINGS } from "../contributions.ts";
import type { Encoders } from "../encoders/encoders.ts";
import { layersOf } from "../encoders/variantCommands.ts";
import type { Panels } from "../panel/panels.ts";
import { sourcesOfFiles, sourcesOfSelections, type Source } from "./sources.ts";

/** Compare Embeddings, on what is selected or on files; over all layers of an encoder; and a recent comparison again. */
export function registerCompare(
  context: vscode.ExtensionContext,
  panels: Panels,
  encoders: Encoders,
  comparisons: Comparisons,
): void {
  const defaultSplit = (): SplitMode =>
    vscode.workspace.getConfiguration(SETTINGS.section).get<SplitMode>(SETTINGS.split, "auto");
  const open = async (title: string, sources: readonly Source[]): Promise<void> => {
    const chosen = await encoders.chosen();
    const spec = { id: crypto.randomUUID(), title, sources, split: defaultSplit(), encoders: chosen.map((id) => ({ id })) };
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
      await open(fileName(source), [source]);
    }),
    vscode.commands.registerCommand(COMMANDS.compareLayers, async (target: unknown) => {
      const what = whatIsLookedAt(vscode.window.activeTextEditor, comparisons.latest());
      if (what === undefined) {
        void vscode.window.showInformationMessage("Open a file or select what to compare, then run Compare Layers again.");
        return;
      }
      const layers = await layersOf(encoders, target);
      if (layers === undefined) return;
      panels.open({
        id: crypto.randomUUID(),
        title: `${what.title}, layers of ${layers.name}`,
        sources: what.sources,
        split: what.split ?? defaultSplit(),
        encoders: layers.ids.map((id) => ({ id })),
      });
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

type Looked = Pick<ComparisonSpec, "title" | "sources"> & Partial<Pick<ComparisonSpec, "split">>;

/** What is selected, else what was compared last, else the whole text of the editor. */
function whatIsLookedAt(editor: vscode.TextEditor | undefined, last: ComparisonSpec | undefined): Looked | undefined {
  if (editor !== undefined && (last === undefined || editor.selections.some(({ isEmpty }) => !isEmpty))) {
    const source = sourcesOfSelections(editor);
    return { title: fileName(source), sources: [source] };
  }
  return last;
}

const fileName = ({ path }: Source): string => path.split(/[/\\]/).at(-1) ?? path;

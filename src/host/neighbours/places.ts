import * as vscode from "vscode";

import type { Range } from "../../core/text/segment.ts";
import type { Source } from "../compare/sources.ts";

export interface FilePlace {
  /** Absolute; empty when the file is not on this machine. */
  readonly file: string;
  readonly range: Range;
}

export const toRange = ({ start, end }: Range): vscode.Range =>
  new vscode.Range(start.line, start.character, end.line, end.character);

export const plainRange = ({ start, end }: vscode.Range): Range => ({
  start: { line: start.line, character: start.character },
  end: { line: end.line, character: end.character },
});

/** Selects a place in an editor beside the panel, never over it. */
export async function showPlace(file: string, range: Range, panel: vscode.WebviewPanel, preserveFocus: boolean): Promise<void> {
  if (file === "") {
    void vscode.window.showInformationMessage("This text stands in another repository, which is not on this machine.");
    return;
  }
  const uri = vscode.Uri.file(file);
  const open = vscode.window.visibleTextEditors.find(({ document }) => document.uri.toString() === uri.toString());
  const beside = panel.viewColumn === vscode.ViewColumn.One ? vscode.ViewColumn.Two : vscode.ViewColumn.One;
  try {
    const editor = await vscode.window.showTextDocument(uri, {
      viewColumn: open?.viewColumn ?? beside,
      preserveFocus,
      preview: true,
      selection: toRange(range),
    });
    editor.revealRange(toRange(range), vscode.TextEditorRevealType.InCenterIfOutsideViewport);
  } catch {
    void vscode.window.showWarningMessage(`${vscode.workspace.asRelativePath(uri)} cannot be opened; it may be gone since.`);
  }
}

/** Places as what a comparison is of: one source per file with its ranges, in the order in which files first come. */
export function sourcesOfPlaces(places: readonly FilePlace[]): Source[] {
  const onDisk = places.filter(({ file }) => file !== "");
  return [...Map.groupBy(onDisk, ({ file }) => file)].map(([file, group]) => {
    const uri = vscode.Uri.file(file);
    return { uri: uri.toString(), path: vscode.workspace.asRelativePath(uri), ranges: distinct(group.map(({ range }) => range)) };
  });
}

/** In document order, each once. */
function distinct(ranges: readonly Range[]): Range[] {
  const byText = new Map(ranges.map((range) => [JSON.stringify(range), range]));
  return [...byText.values()].sort((a, b) => a.start.line - b.start.line || a.start.character - b.start.character);
}

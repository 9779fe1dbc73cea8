import * as vscode from "vscode";

import type { Range } from "../../core/text/segment.ts";
import type { SourceDocument } from "../../protocol/engine.ts";
import { unreadable } from "../../protocol/errors.ts";
import type { ComparisonSpec } from "../../protocol/panel.ts";

export type Source = ComparisonSpec["sources"][number];

const MAX_FILES = 200;
const MAX_BYTES = 1_000_000;

/** What is selected in an editor: each of several selections, one selection, or without any the whole document. */
export function sourcesOfSelections({ document, selections }: vscode.TextEditor): Source {
  const ranges = selections.filter((selection) => !selection.isEmpty).toSorted((a, b) => a.start.compareTo(b.start));
  return { ...sourceOf(document.uri, document.languageId), ...(ranges.length === 0 ? {} : { ranges: ranges.map(plain) }) };
}

/** Files, and the files of folders, that hold text. */
export async function sourcesOfFiles(uris: readonly vscode.Uri[]): Promise<{ sources: Source[]; skipped: number }> {
  const files: vscode.Uri[] = [];
  for (const uri of uris) {
    const stat = await vscode.workspace.fs.stat(uri);
    if (stat.type & vscode.FileType.Directory)
      files.push(...(await vscode.workspace.findFiles(new vscode.RelativePattern(uri, "**/*"))));
    else files.push(uri);
  }
  const sources: Source[] = [];
  for (const uri of files.toSorted((a, b) => (a.path < b.path ? -1 : 1))) {
    if (sources.length === MAX_FILES) break;
    const stat = await vscode.workspace.fs.stat(uri);
    if (stat.size > MAX_BYTES) continue;
    if ((await vscode.workspace.fs.readFile(uri)).includes(0)) continue;
    sources.push(sourceOf(uri));
  }
  return { sources, skipped: files.length - sources.length };
}

/** The text of a source as it is now, unsaved changes included. */
export async function readSource({ uri, path, ranges }: Source): Promise<SourceDocument> {
  try {
    const document = await vscode.workspace.openTextDocument(vscode.Uri.parse(uri, true));
    const { languageId, version } = document;
    return { uri, path, languageId, version, text: document.getText(), ...(ranges === undefined ? {} : { ranges }) };
  } catch {
    throw unreadable(path, "it cannot be read; it may be gone since");
  }
}

const sourceOf = (uri: vscode.Uri, languageId?: string): Source => ({
  uri: uri.toString(),
  path: vscode.workspace.asRelativePath(uri),
  ...(languageId === undefined ? {} : { languageId }),
});

const plain = ({ start, end }: vscode.Range): Range => ({
  start: { line: start.line, character: start.character },
  end: { line: end.line, character: end.character },
});

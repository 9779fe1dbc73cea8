import * as vscode from "vscode";

import type { EngineClient } from "../../process/engineClient.ts";
import { documentChanged, filesChanged } from "../../protocol/workspace.ts";
import { localFolders } from "./indexSettings.ts";

/** Saving all, or switching a branch, touches many files at once: they are told together. */
const BATCH_MS = 300;
/** More than these are told as their folders, which the engine walks. */
const MAX_PATHS = 2000;
/** A person who types is let finish a word or two. */
const TYPING_MS = 500;
/** Larger texts are not indexed from the editor; the saved file is, if it is not too large either. */
const MAX_UNSAVED_CHARACTERS = 1_000_000;

/** Tells the engine of files that change on disk and of text that is not saved yet, until disposed. */
export function watchChanges(client: EngineClient): vscode.Disposable {
  const folders = localFolders();
  const changed = new Set<string>();
  let batch: NodeJS.Timeout | undefined;
  const note = ({ fsPath }: vscode.Uri): void => {
    changed.add(fsPath);
    batch ??= setTimeout(() => {
      batch = undefined;
      client.notify(filesChanged, { paths: changed.size > MAX_PATHS ? folders.map(({ uri }) => uri.fsPath) : [...changed] });
      changed.clear();
    }, BATCH_MS);
  };
  const watchers = folders.map((folder) => {
    const watcher = vscode.workspace.createFileSystemWatcher(new vscode.RelativePattern(folder, "**/*"));
    watcher.onDidCreate(note);
    watcher.onDidChange(note);
    watcher.onDidDelete(note);
    return watcher;
  });

  const typing = new Map<string, NodeJS.Timeout>();
  /** Documents whose unsaved text the engine has. */
  const told = new Set<string>();
  const tell = (document: vscode.TextDocument, text: string | null): void => {
    const path = document.uri.fsPath;
    clearTimeout(typing.get(path));
    typing.delete(path);
    if (text === null && !told.delete(path)) return;
    if (text !== null) told.add(path);
    client.notify(documentChanged, { path, languageId: document.languageId, text });
  };
  const tellNow = (document: vscode.TextDocument): void => {
    const unsaved = document.isDirty && !document.isClosed;
    const text = unsaved ? document.getText() : null;
    tell(document, text !== null && text.length > MAX_UNSAVED_CHARACTERS ? null : text);
  };
  const isOurs = ({ uri }: vscode.TextDocument): boolean =>
    uri.scheme === "file" && vscode.workspace.getWorkspaceFolder(uri) !== undefined;

  for (const document of vscode.workspace.textDocuments) if (document.isDirty && isOurs(document)) tellNow(document);
  const subscriptions = [
    ...watchers,
    vscode.workspace.onDidChangeTextDocument(({ document, contentChanges }) => {
      // Saving is a change without changes.
      if (contentChanges.length === 0 || !isOurs(document)) return;
      const path = document.uri.fsPath;
      clearTimeout(typing.get(path));
      typing.set(
        path,
        setTimeout(() => {
          tellNow(document);
        }, TYPING_MS),
      );
    }),
    vscode.workspace.onDidSaveTextDocument((document) => {
      if (isOurs(document)) tell(document, null);
    }),
    vscode.workspace.onDidCloseTextDocument((document) => {
      if (isOurs(document)) tell(document, null);
    }),
  ];
  return new vscode.Disposable(() => {
    clearTimeout(batch);
    for (const timer of typing.values()) clearTimeout(timer);
    for (const subscription of subscriptions) subscription.dispose();
  });
}

import * as vscode from "vscode";

/** The workspace as consent knows it: its file, or its folders. */
export const workspaceKey = (): string =>
  vscode.workspace.workspaceFile?.toString() ??
  (vscode.workspace.workspaceFolders ?? []).map(({ uri }) => uri.toString()).join("|");

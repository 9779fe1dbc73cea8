import * as path from "node:path";

import * as vscode from "vscode";

import { VIEWS } from "../contributions.ts";
import type { Encoders } from "../encoders/encoders.ts";
import { rowsOf, type IndexRow, type NamedEncoder } from "./indexRows.ts";
import { localFolders } from "./indexSettings.ts";
import type { WorkspaceIndex } from "./workspaceIndex.ts";

/** The tree "Workspace Index". Its elements are ids, so that an update redraws the rows that changed and no other. */
export function registerIndexTree(index: WorkspaceIndex, encoders: Encoders): vscode.Disposable {
  const changed = new vscode.EventEmitter<string | undefined>();
  let known: ReadonlyMap<string, NamedEncoder> = new Map();
  let roots: readonly IndexRow[] = [];
  let rows = new Map<string, IndexRow>();

  const read = (): void => {
    const { status, phase } = index;
    roots =
      status === undefined || phase === "none" || phase === "unavailable"
        ? []
        : rowsOf(status, phase, (id) => known.get(id) ?? { name: id });
    rows = new Map(roots.flatMap(withChildren).map((row) => [row.id, row]));
  };
  const learnNames = async (): Promise<void> => {
    const ids = index.status?.encoders.map(({ id }) => id) ?? [];
    if (ids.every((id) => known.has(id))) return;
    const named = await encoders.including(ids).catch(() => []);
    known = new Map(named.map((encoder) => [encoder.id, encoder]));
  };
  const update = (): void => {
    const before = rows;
    read();
    if ([...before.keys()].join("\n") !== [...rows.keys()].join("\n")) {
      changed.fire(undefined);
      return;
    }
    for (const [id, row] of rows) if (JSON.stringify(before.get(id)) !== JSON.stringify(row)) changed.fire(id);
  };

  const tree = vscode.window.createTreeView<string>(VIEWS.index, {
    showCollapseAll: false,
    treeDataProvider: {
      onDidChangeTreeData: changed.event,
      getChildren: async (parent) => {
        if (parent !== undefined) return (rows.get(parent)?.children ?? []).map(({ id }) => id);
        if (index.status === undefined) index.look();
        if (roots.length > 0) await learnNames();
        read();
        return roots.map(({ id }) => id);
      },
      getTreeItem: (id) => itemOf(rows.get(id) ?? { id, label: "" }),
    },
  });
  return vscode.Disposable.from(changed, tree, index.onDidChange(update));
}

const withChildren = (row: IndexRow): readonly IndexRow[] => [row, ...(row.children ?? []).flatMap(withChildren)];

function itemOf(row: IndexRow): vscode.TreeItem {
  const { None, Collapsed } = vscode.TreeItemCollapsibleState;
  const item = new vscode.TreeItem(row.label, row.children === undefined || row.children.length === 0 ? None : Collapsed);
  item.id = row.id;
  if (row.description !== undefined) item.description = row.description;
  item.tooltip = row.tooltip ?? row.label;
  if (row.contextValue !== undefined) item.contextValue = row.contextValue;
  if (row.icon !== undefined) {
    const [name, colour] = row.icon;
    item.iconPath = new vscode.ThemeIcon(name, colour === undefined ? undefined : new vscode.ThemeColor(colour));
  }
  if (row.opens !== undefined)
    item.command = { command: "vscode.open", title: "Open File", arguments: [vscode.Uri.file(absolute(row.opens))] };
  return item;
}

/** With several folders a path begins with the name of one. */
function absolute(shown: string): string {
  const folders = localFolders();
  const [first, ...rest] = shown.split("/");
  const folder = folders.length > 1 ? folders.find(({ name }) => name === first) : undefined;
  return folder === undefined ? path.join(folders[0]?.uri.fsPath ?? "", shown) : path.join(folder.uri.fsPath, ...rest);
}

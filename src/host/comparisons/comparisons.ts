import * as vscode from "vscode";

import type { ComparisonSpec } from "../../protocol/panel.ts";
import { COMMANDS, VIEWS } from "../contributions.ts";

/** Recent comparisons of this workspace. */
export interface Comparisons {
  remember(spec: ComparisonSpec): void;
  /** The one made last, if there is any. */
  latest(): ComparisonSpec | undefined;
}

const RECENT = "comparisons.recent";
/** Older ones are forgotten. */
const MAX_RECENT = 20;

export function registerComparisons(context: vscode.ExtensionContext): Comparisons {
  const changed = new vscode.EventEmitter<undefined>();
  const recent = (): readonly ComparisonSpec[] => context.workspaceState.get<readonly ComparisonSpec[]>(RECENT, []);
  const store = (specs: readonly ComparisonSpec[]): void => {
    void context.workspaceState.update(RECENT, specs.slice(0, MAX_RECENT)).then(() => {
      changed.fire(undefined);
    });
  };
  const tree = vscode.window.createTreeView<ComparisonSpec>(VIEWS.comparisons, {
    treeDataProvider: {
      onDidChangeTreeData: changed.event,
      getChildren: (parent) => (parent === undefined ? [...recent()] : []),
      getTreeItem: (spec) => {
        const item = new vscode.TreeItem(spec.title);
        item.id = spec.id;
        item.contextValue = "comparison";
        item.iconPath = new vscode.ThemeIcon("table");
        item.description = `${spec.encoders.length} encoders`;
        item.tooltip = spec.sources.map(({ path }) => path).join("\n");
        item.command = { command: COMMANDS.reopen, title: "Reopen", arguments: [spec] };
        return item;
      },
    },
  });
  context.subscriptions.push(
    changed,
    tree,
    vscode.commands.registerCommand(COMMANDS.remove, (spec: ComparisonSpec) => {
      store(recent().filter(({ id }) => id !== spec.id));
    }),
  );
  return {
    remember: (spec) => {
      store([spec, ...recent().filter(({ id }) => id !== spec.id)]);
    },
    latest: () => recent()[0],
  };
}

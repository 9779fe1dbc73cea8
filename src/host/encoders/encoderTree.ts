import * as vscode from "vscode";

import { GROUPING_TITLES, GROUPINGS, type Grouping } from "../../core/encoders/causeGroups.ts";
import { COMMANDS, VIEWS } from "../contributions.ts";
import { cardMarkdown } from "./card.ts";
import type { Encoder, Encoders } from "./encoderList.ts";
import { encoderRows, type Badge, type EncoderRow, type RowOfEncoder } from "./encoderRows.ts";

/** Of another feature; undefined where it has nothing to say on an encoder. */
type BadgeOf = (encoder: Encoder) => Badge | undefined;

export interface EncoderTree {
  /** Has the badge drawn from now on, and again whenever `onDidChange` fires. There is one at a time. */
  setBadge(badgeOf: BadgeOf, onDidChange: vscode.Event<unknown>): vscode.Disposable;
}

const GROUPING = "encoders.grouping";

/** The tree "Encoders": encoders with ticks, their variants below them, grouped by a cause if so chosen. */
export function registerEncoderTree(context: vscode.ExtensionContext, encoders: Encoders): EncoderTree {
  const redraw = new vscode.EventEmitter<undefined>();
  let badgeOf: BadgeOf = () => undefined;
  let ticked = new Set<string>();

  const grouping = (): Grouping => {
    const stored = context.globalState.get<string>(GROUPING);
    return GROUPINGS.find((one) => one === stored) ?? "none";
  };

  const tree = vscode.window.createTreeView<EncoderRow>(VIEWS.encoders, {
    // Ticking an encoder says nothing of its variants.
    manageCheckboxStateManually: true,
    showCollapseAll: false,
    treeDataProvider: {
      onDidChangeTreeData: redraw.event,
      getChildren: async (parent) => {
        if (parent !== undefined) return [...parent.children];
        ticked = new Set(await encoders.chosen());
        return [...encoderRows(await encoders.list(), grouping(), badgeOf)];
      },
      getTreeItem: (row) => (row.kind === "group" ? groupItem(row.id, row.label) : encoderItem(row, ticked.has(row.id))),
    },
  });
  const describe = (): void => {
    const by = grouping();
    tree.description = by === "none" ? "" : `by ${GROUPING_TITLES[by].toLowerCase()}`;
  };
  describe();

  context.subscriptions.push(
    redraw,
    tree,
    encoders.onDidChange(() => {
      redraw.fire(undefined);
    }),
    tree.onDidChangeCheckboxState(async ({ items }) => {
      const { Checked } = vscode.TreeItemCheckboxState;
      if (await encoders.tick(new Map(items.map(([row, state]) => [row.id, state === Checked])))) return;
      void vscode.window.showInformationMessage("At least one encoder stays chosen.");
      redraw.fire(undefined);
    }),
    vscode.commands.registerCommand(COMMANDS.groupEncoders, async () => {
      const items = GROUPINGS.map((value) => ({ label: GROUPING_TITLES[value], value, picked: value === grouping() }));
      const picked = await vscode.window.showQuickPick(
        items.map(({ picked: now, ...item }) => ({ ...item, ...(now ? { description: "now" } : {}) })),
        { title: "Group Encoders By" },
      );
      if (picked === undefined) return;
      await context.globalState.update(GROUPING, picked.value);
      describe();
      redraw.fire(undefined);
    }),
  );
  return {
    setBadge(badge, onDidChange) {
      badgeOf = badge;
      redraw.fire(undefined);
      return onDidChange(() => {
        redraw.fire(undefined);
      });
    },
  };
}

function groupItem(id: string, label: string): vscode.TreeItem {
  const item = new vscode.TreeItem(label, vscode.TreeItemCollapsibleState.Expanded);
  item.id = id;
  item.contextValue = "group";
  item.tooltip = label;
  return item;
}

function encoderItem(row: RowOfEncoder, checked: boolean): vscode.TreeItem {
  const { None, Expanded } = vscode.TreeItemCollapsibleState;
  const { Checked, Unchecked } = vscode.TreeItemCheckboxState;
  const [icon, colour] = row.icon;
  const item = new vscode.TreeItem(row.label, row.children.length === 0 ? None : Expanded);
  // The editor keeps a row folded that had nothing below it, so with its first variant it becomes another row.
  item.id = row.children.length === 0 ? row.id : `${row.id} and variants`;
  item.description = row.description;
  item.contextValue = row.contextValue;
  item.iconPath = new vscode.ThemeIcon(icon, colour === undefined ? undefined : new vscode.ThemeColor(colour));
  item.checkboxState = {
    state: checked ? Checked : Unchecked,
    accessibilityInformation: { label: `Compare by ${row.encoder.name}`, role: "checkbox" },
  };
  item.accessibilityInformation = { label: row.spoken };
  item.tooltip = new vscode.MarkdownString(cardMarkdown(row.encoder, row.badge));
  item.command = { command: COMMANDS.openCard, title: "Open Card", arguments: [row.id] };
  return item;
}

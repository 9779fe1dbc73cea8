import * as vscode from "vscode";

import { listEncoders, type EncoderInfo } from "../../protocol/engine.ts";
import { COMMANDS, CARD_SCHEME, VIEWS } from "../contributions.ts";
import type { Engine } from "../status/engine.ts";
import { cardMarkdown } from "./card.ts";

/** The encoders of this machine and which of them are ticked. */
export interface Encoders {
  list(): Promise<readonly EncoderInfo[]>;
  /** Ids of the ticked ones, in the order of the list; all, as long as nothing was chosen. */
  chosen(): Promise<readonly string[]>;
  /** Fires when the list, a state or the choice is another. */
  readonly onDidChange: vscode.Event<unknown>;
}

const CHOSEN = "encoders.chosen";

export function registerEncoders(context: vscode.ExtensionContext, engine: Engine): Encoders {
  const changed = new vscode.EventEmitter<undefined>();
  let known: Promise<readonly EncoderInfo[]> | undefined;

  const list = (): Promise<readonly EncoderInfo[]> => {
    known ??= engine.client.request(listEncoders, null).then((encoders) =>
      // Nobody vouches for other models in a workspace that is not trusted.
      vscode.workspace.isTrusted ? encoders : encoders.filter(({ bundled }) => bundled),
    );
    known.catch(() => (known = undefined));
    return known;
  };
  const chosen = async (): Promise<readonly string[]> => {
    const ids = (await list()).map(({ id }) => id);
    const ticked = context.workspaceState.get<readonly string[]>(CHOSEN);
    const kept = ticked === undefined ? ids : ids.filter((id) => ticked.includes(id));
    return kept.length === 0 ? ids : kept;
  };
  const choose = async (ids: readonly string[]): Promise<void> => {
    await context.workspaceState.update(CHOSEN, ids);
    changed.fire(undefined);
  };

  const tree = vscode.window.createTreeView<EncoderInfo>(VIEWS.encoders, {
    manageCheckboxStateManually: true,
    treeDataProvider: {
      onDidChangeTreeData: changed.event,
      getChildren: async (parent) => (parent === undefined ? [...(await list())] : []),
      getTreeItem: async (encoder) => itemOf(encoder, (await chosen()).includes(encoder.id)),
    },
  });

  const find = async (target: unknown): Promise<EncoderInfo | undefined> => {
    const id = typeof target === "string" ? target : (target as EncoderInfo | undefined)?.id;
    return (await list()).find((encoder) => encoder.id === id);
  };

  context.subscriptions.push(
    changed,
    tree,
    tree.onDidChangeCheckboxState(async ({ items }) => {
      const ids = new Set(await chosen());
      for (const [{ id }, state] of items) {
        if (state === vscode.TreeItemCheckboxState.Checked) ids.add(id);
        else ids.delete(id);
      }
      if (ids.size === 0) void vscode.window.showInformationMessage("At least one encoder stays chosen.");
      await choose([...ids]);
    }),
    engine.onDidChangeEncoder((encoder) => {
      known = known?.then((encoders) => encoders.map((other) => (other.id === encoder.id ? encoder : other)));
      changed.fire(undefined);
    }),
    engine.onDidRestart(() => {
      known = undefined;
      changed.fire(undefined);
    }),
    vscode.workspace.onDidGrantWorkspaceTrust(() => {
      known = undefined;
      changed.fire(undefined);
    }),
    vscode.commands.registerCommand(COMMANDS.chooseEncoders, async () => {
      const ticked = new Set(await chosen());
      const items = (await list()).map(({ id, name, card }) => ({
        label: name,
        description: `${card.dimensions} dimensions`,
        detail: card.causes.architecture.value,
        picked: ticked.has(id),
        id,
      }));
      const picked = await vscode.window.showQuickPick(items, { canPickMany: true, title: "Encoders to compare", matchOnDetail: true });
      if (picked !== undefined && picked.length > 0) await choose(picked.map(({ id }) => id));
    }),
    vscode.commands.registerCommand(COMMANDS.openCard, async (target: unknown) => {
      const encoder = await find(target);
      if (encoder === undefined) return;
      const uri = vscode.Uri.from({ scheme: CARD_SCHEME, path: `/${encoder.id}.md` });
      await vscode.commands.executeCommand("markdown.showPreview", uri);
    }),
    vscode.workspace.registerTextDocumentContentProvider(CARD_SCHEME, {
      provideTextDocumentContent: async (uri) => {
        const encoder = await find(uri.path.slice(1, -".md".length));
        return encoder === undefined ? "This encoder is not on this machine any more." : cardMarkdown(encoder);
      },
    }),
  );
  return { list, chosen, onDidChange: changed.event };
}

function itemOf(encoder: EncoderInfo, checked: boolean): vscode.TreeItem {
  const item = new vscode.TreeItem(encoder.name);
  item.id = encoder.id;
  item.contextValue = "encoder";
  item.checkboxState = checked ? vscode.TreeItemCheckboxState.Checked : vscode.TreeItemCheckboxState.Unchecked;
  const size = encoder.precisions.find(({ precision }) => precision === "w8") ?? encoder.precisions[0];
  const state = encoder.state === "ready" ? "" : ` · ${encoder.state}`;
  item.description = `${encoder.card.dimensions} d${size === undefined ? "" : ` · ${(size.bytes / 1e6).toFixed(0)} MB`}${state}`;
  item.tooltip = new vscode.MarkdownString(cardMarkdown(encoder));
  item.command = { command: COMMANDS.openCard, title: "Open Card", arguments: [encoder.id] };
  return item;
}

import * as vscode from "vscode";

import type { CardsSpec } from "../../protocol/cardsPanel.ts";
import { CARDS_TYPE, COMMANDS } from "../contributions.ts";
import type { Encoders } from "../encoders/encoders.ts";
import { idOf } from "../encoders/variantCommands.ts";
import { panelHtml, tabIcon } from "../panel/html.ts";
import type { Engine } from "../status/engine.ts";
import { attachCards, type CardsPanel, type ReportSource } from "./cardsPanel.ts";
import { parseSavedSpec } from "./messages.ts";

export type { ReportSource } from "./cardsPanel.ts";

export interface Cards {
  /** Has the report shown under the cards from now on. */
  addReport(source: ReportSource): vscode.Disposable;
}

/** The pages of cards: one for single cards, whichever was opened last, and one that compares. Each comes back after a reload. */
export function registerCards(context: vscode.ExtensionContext, engine: Engine, encoders: Encoders): Cards {
  const shown = new Map<vscode.WebviewPanel, CardsPanel>();
  const reports = new Set<ReportSource>();
  const reported = new vscode.EventEmitter<undefined>();
  const options = { enableScripts: true, localResourceRoots: [vscode.Uri.joinPath(context.extensionUri, "dist", "webview")] };

  const attach = (panel: vscode.WebviewPanel, spec: CardsSpec): void => {
    panel.webview.options = options;
    panel.iconPath = tabIcon(context.extensionUri);
    shown.set(panel, attachCards(panel, spec, { engine, encoders, reports, onDidChangeReports: reported.event }));
    panel.onDidDispose(() => shown.delete(panel));
    panel.webview.html = panelHtml(panel.webview, context.extensionUri, "cards");
  };
  const open = (spec: CardsSpec): void => {
    const [panel, attached] = [...shown].findLast(([, { spec: other }]) => other.kind === spec.kind) ?? [];
    if (panel === undefined || attached === undefined) {
      attach(vscode.window.createWebviewPanel(CARDS_TYPE, "Card", vscode.ViewColumn.Active, options), spec);
      return;
    }
    panel.reveal();
    attached.show(spec);
  };

  context.subscriptions.push(
    reported,
    vscode.commands.registerCommand(COMMANDS.openCard, async (target: unknown) => {
      const id = idOf(target) ?? (await pickCard(encoders));
      if (id !== undefined) open({ kind: "card", encoders: [id] });
    }),
    vscode.commands.registerCommand(COMMANDS.compareCards, async (...targets: unknown[]) => {
      const named = targets.map(idOf).filter((id) => id !== undefined);
      const chosen = await encoders.chosen();
      open({ kind: "comparison", encoders: [...new Set([...named, ...chosen])] });
    }),
    vscode.window.registerWebviewPanelSerializer(CARDS_TYPE, {
      deserializeWebviewPanel: (panel, state: unknown) => {
        const spec = parseSavedSpec(state);
        if (spec === undefined) panel.dispose();
        else attach(panel, spec);
        return Promise.resolve();
      },
    }),
    new vscode.Disposable(() => {
      for (const panel of shown.keys()) panel.dispose();
    }),
  );
  return {
    addReport(source) {
      const tell = (): void => {
        reported.fire(undefined);
      };
      reports.add(source);
      tell();
      return vscode.Disposable.from(
        source.onDidChange(tell),
        new vscode.Disposable(() => {
          reports.delete(source);
          tell();
        }),
      );
    },
  };
}

async function pickCard(encoders: Encoders): Promise<string | undefined> {
  const items = (await encoders.list()).map(({ id, name, card }) => ({
    label: name,
    detail: card.causes.architecture.value,
    id,
  }));
  return (await vscode.window.showQuickPick(items, { title: "Open the Card of an Encoder", matchOnDetail: true }))?.id;
}

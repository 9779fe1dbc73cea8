import * as vscode from "vscode";

import type { CardsSpec } from "../../protocol/cardsPanel.ts";
import { CARDS_TYPE, COMMANDS } from "../contributions.ts";
import type { Encoders } from "../encoders/encoders.ts";
import { idOf } from "../encoders/variantCommands.ts";
import { createPages } from "../panel/pages.ts";
import type { Engine } from "../status/engine.ts";
import { attachCards, type ReportSource } from "./cardsPanel.ts";
import { parseSavedSpec } from "./messages.ts";

export type { ReportSource } from "./cardsPanel.ts";

export interface Cards {
  /** Has the report shown under the cards from now on. */
  addReport(source: ReportSource): vscode.Disposable;
}

/** The pages of cards: one for single cards, whichever was opened last, and one that compares. Each comes back after a reload. */
export function registerCards(context: vscode.ExtensionContext, engine: Engine, encoders: Encoders): Cards {
  const reports = new Set<ReportSource>();
  const reported = new vscode.EventEmitter<undefined>();
  const pages = createPages(context.extensionUri, {
    type: CARDS_TYPE,
    bundle: "cards",
    parseSavedSpec,
    attach: (panel, spec: CardsSpec) =>
      attachCards(panel, spec, { engine, encoders, reports, onDidChangeReports: reported.event }),
  });
  const open = (spec: CardsSpec): void => {
    const reused = pages.reuse(({ spec: { kind } }) => kind === spec.kind);
    if (reused === undefined) {
      pages.create(spec, "Card", vscode.ViewColumn.Active);
      return;
    }
    const [panel, page] = reused;
    panel.reveal();
    page.show(spec);
  };

  context.subscriptions.push(
    reported,
    pages,
    vscode.commands.registerCommand(COMMANDS.openCard, async (target: unknown) => {
      const id = idOf(target) ?? (await pickCard(encoders));
      if (id !== undefined) open({ kind: "card", encoders: [id] });
    }),
    vscode.commands.registerCommand(COMMANDS.compareCards, async (...targets: unknown[]) => {
      const named = targets.map(idOf).filter((id) => id !== undefined);
      const chosen = await encoders.chosen();
      open({ kind: "comparison", encoders: [...new Set([...named, ...chosen])] });
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

import * as vscode from "vscode";

import { describeEncoder, editCard, type EncoderDetails } from "../../protocol/cards.ts";
import type { CardDetails, CardField, CardReport, CardsSpec, FromCards, ToCards } from "../../protocol/cardsPanel.ts";
import { EmbedError, errorData } from "../../protocol/errors.ts";
import { COMMANDS } from "../contributions.ts";
import type { Encoder, Encoders } from "../encoders/encoders.ts";
import { panelEncoder } from "../panel/panelEncoder.ts";
import { runPageCommand } from "../panel/pageCommands.ts";
import { hearPage } from "../panel/pages.ts";
import type { Engine } from "../status/engine.ts";
import { parseMessage } from "./messages.ts";

/** What another feature has to say of an encoder, under its card. */
export interface ReportSource {
  readonly id: string;
  /** undefined where it has nothing to say. */
  readonly of: (encoder: Encoder) => CardReport | undefined;
  /** Makes the report anew; it tells by `onDidChange` when it is there. */
  readonly run?: (encoder: Encoder) => void;
  readonly onDidChange: vscode.Event<unknown>;
}

export interface CardsPanelParts {
  readonly engine: Engine;
  readonly encoders: Encoders;
  readonly reports: ReadonlySet<ReportSource>;
  /** Fires when any report is another. */
  readonly onDidChangeReports: vscode.Event<unknown>;
}

/** One page of cards, which may come to show others. */
export interface CardsPanel {
  readonly spec: CardsSpec;
  show(spec: CardsSpec): void;
}

/** Many changes in a row are one for who looks. */
const SETTLE_MS = 50;

/** Tells a page the cards it shows, again whenever they change, and keeps what is edited there. */
export function attachCards(panel: vscode.WebviewPanel, first: CardsSpec, parts: CardsPanelParts): CardsPanel {
  const { engine, encoders, reports } = parts;
  let spec = first;
  let pageIsUp = false;
  let latest = 0;
  let timer: NodeJS.Timeout | undefined;
  let details: EncoderDetails | undefined;

  const tell = (message: ToCards): void => {
    void panel.webview.postMessage(message);
  };

  /** Latest wins: what was asked for before is not heard. */
  const tellAll = async (): Promise<void> => {
    timer = undefined;
    if (!pageIsUp) return;
    const mine = ++latest;
    try {
      const all = await encoders.including(spec.encoders);
      const one = spec.kind === "card" ? all.find(({ id }) => id === spec.encoders[0]) : undefined;
      const described = one === undefined ? undefined : await describe(one);
      if (mine !== latest) return;
      details = described;
      panel.title = spec.kind === "comparison" ? "Cards" : `Card: ${one?.name ?? spec.encoders[0]!}`;
      tell({
        type: "show",
        spec,
        encoders: all.map((encoder) => ({
          ...panelEncoder(encoder),
          bundled: encoder.bundled,
          precisions: encoder.precisions,
        })),
        details: described === undefined ? null : cardDetails(described),
        reports: one === undefined ? [] : [...reports].flatMap((source) => source.of(one) ?? []),
      });
    } catch (error) {
      if (mine === latest) tell({ type: "failed", error: errorData(error) });
    }
  };
  const describe = async ({ id, variant }: Encoder): Promise<EncoderDetails | undefined> => {
    try {
      return await engine.client.request(describeEncoder, { id: variant?.of ?? id });
    } catch (error) {
      // Gone since the list was made: what is known of it is shown all the same.
      if (error instanceof EmbedError && error.data.code === "unknownEncoder") return undefined;
      throw error;
    }
  };
  const changed = (): void => {
    timer ??= setTimeout(() => void tellAll(), SETTLE_MS);
  };
  const show = (next: CardsSpec): void => {
    spec = next;
    void tellAll();
  };

  const edit = async ({ id, changes }: Extract<FromCards, { type: "edit" }>): Promise<void> => {
    const fields = Object.keys(changes) as CardField[];
    try {
      await engine.client.request(editCard, { id, changes });
      // The card first, so that the page never shows the old words again.
      await tellAll();
      tell({ type: "saved", id, fields });
    } catch (error) {
      tell({ type: "notSaved", id, fields, error: errorData(error) });
    }
  };

  const receive = async (message: FromCards): Promise<void> => {
    switch (message.type) {
      case "ready":
        pageIsUp = true;
        return tellAll();
      case "edit":
        return edit(message);
      case "choose":
        show({ kind: "comparison", encoders: message.encoders });
        return;
      case "compareCards":
        await vscode.commands.executeCommand(COMMANDS.compareCards, ...message.encoders);
        return;
      case "copy":
        await vscode.env.clipboard.writeText(message.text);
        vscode.window.setStatusBarMessage(`Copied as ${message.format}.`, 3000);
        return;
      case "revealFolder":
        if (details !== undefined) await vscode.commands.executeCommand("revealFileInOS", vscode.Uri.file(details.folder));
        return;
      case "runReport": {
        const one = (await encoders.including(spec.encoders)).find(({ id }) => id === spec.encoders[0]);
        if (one !== undefined) [...reports].find(({ id }) => id === message.report)?.run?.(one);
        return;
      }
      case "openCard":
      case "chooseEncoders":
      case "openLog":
        return runPageCommand(message);
    }
  };

  hearPage(panel, parseMessage, receive, [
    encoders.onDidChange(changed),
    parts.onDidChangeReports(changed),
    new vscode.Disposable(() => {
      pageIsUp = false;
      latest++;
      clearTimeout(timer);
    }),
  ]);
  return {
    get spec() {
      return spec;
    },
    show,
  };
}

const cardDetails = ({ encoder, published, files, folder, editable }: EncoderDetails): CardDetails => ({
  id: encoder.id,
  published,
  files,
  folder,
  editable,
});

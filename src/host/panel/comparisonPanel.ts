import * as vscode from "vscode";

import { compare, type CompareResult, type Progress, type SegmentInfo, type SourceDocument } from "../../protocol/engine.ts";
import type { ComparisonSpec, FromPanel, PanelEncoder, ToPanel } from "../../protocol/panel.ts";
import { readSource } from "../compare/sources.ts";
import type { Comparisons } from "../comparisons/comparisons.ts";
import { SETTINGS } from "../contributions.ts";
import type { Encoders } from "../encoders/encoders.ts";
import type { RemoteConsent } from "../remote/remoteConsent.ts";
import type { Engine } from "../status/engine.ts";
import { latestRun } from "./latestRun.ts";
import { panelEncoder } from "./panelEncoder.ts";
import { parseMessage } from "./messages.ts";
import { runPageCommand } from "./pageCommands.ts";
import { hearPage } from "./pages.ts";

export interface PanelParts {
  readonly engine: Engine;
  readonly encoders: Encoders;
  readonly comparisons: Comparisons;
  readonly remote: RemoteConsent;
}

/** Runs the comparison of a panel, again on demand, and shows places in the editor. */
export function attachPanel(
  panel: vscode.WebviewPanel,
  first: ComparisonSpec,
  { engine, encoders, comparisons, remote }: PanelParts,
): void {
  let spec = first;
  let documents: readonly SourceDocument[] = [];
  let segments: readonly SegmentInfo[] = [];
  let stale = new Set<number>();
  let shown: readonly PanelEncoder[] = [];

  const encodersToShow = async (): Promise<readonly PanelEncoder[]> =>
    (await encoders.including(spec.encoders.map(({ id }) => id))).map(panelEncoder);

  const runs = latestRun<ToPanel>({
    engine,
    page: panel.webview,
    name: () => `comparing ${spec.title}`,
    run: async ({ revision, token, isLatest, tell }) => {
      stale = new Set();
      shown = await encodersToShow();
      tell({ type: "begin", revision, spec, encoders: shown });
      const read = await Promise.all(spec.sources.map(readSource));
      if (!isLatest()) return;
      documents = read;
      comparisons.remember(spec);
      const k = vscode.workspace.getConfiguration(SETTINGS.section).get<number>(SETTINGS.neighbours, 10);
      const params = { documents, split: spec.split, encoders: spec.encoders, k };
      await remote.ask(spec.encoders, { kind: "documents", documents, split: spec.split });
      if (!isLatest()) return;
      const result: CompareResult = await engine.client.request(compare, params, {
        token,
        onProgress: (progress) => {
          if (progress.kind === "segments" && isLatest()) segments = progress.segments;
          const message = messageOf(progress, revision);
          if (message !== undefined) tell(message);
        },
      });
      tell({ type: "finished", revision, agreement: result.agreement, clusteredOrder: result.clusteredOrder });
    },
  });

  const receive = async (message: FromPanel): Promise<void> => {
    switch (message.type) {
      case "ready":
        await runs.pageUp();
        return;
      case "compare":
        spec = { ...spec, split: message.split, encoders: message.encoders.map((id) => ({ id })) };
        return runs.start();
      case "cancel":
        runs.cancel();
        return;
      case "reveal":
        if (message.revision === runs.revision) await reveal(message.segments, message.preserveFocus);
        return;
      case "openCard":
      case "chooseEncoders":
      case "openLog":
        return runPageCommand(message);
    }
  };

  /** Selects the segments in their documents, one editor for both if they share it. */
  const reveal = async (indices: readonly number[], preserveFocus: boolean): Promise<void> => {
    const places = indices.flatMap((index) => segments[index] ?? []);
    const byDocument = Map.groupBy(places, ({ document }) => document);
    for (const [document, group] of byDocument) {
      const uri = vscode.Uri.parse(documents[document]!.uri, true);
      const open = vscode.window.visibleTextEditors.find((editor) => editor.document.uri.toString() === uri.toString());
      // Beside the panel, never over it.
      const viewColumn =
        open?.viewColumn ?? (panel.viewColumn === vscode.ViewColumn.One ? vscode.ViewColumn.Two : vscode.ViewColumn.One);
      const editor = await vscode.window.showTextDocument(uri, { viewColumn, preserveFocus, preview: true });
      editor.selections = group.map(
        ({ range: { start, end } }) => new vscode.Selection(start.line, start.character, end.line, end.character),
      );
      editor.revealRange(editor.selections[0]!, vscode.TextEditorRevealType.InCenterIfOutsideViewport);
    }
    if (indices.some((index) => stale.has(segments[index]?.document ?? -1)))
      vscode.window.setStatusBarMessage("The text was edited since the comparison: places may have moved.", 5000);
  };

  /** Encoders and variants that were added meanwhile can be chosen at once. */
  const tellEncoders = async (): Promise<void> => {
    const next = await encodersToShow();
    if (runs.revision === 0 || next.map(({ id }) => id).join() === shown.map(({ id }) => id).join()) return;
    shown = next;
    runs.amend((old) => (old.type === "begin" ? { ...old, encoders: next } : old));
    if (runs.pageIsUp) void panel.webview.postMessage({ type: "encoders", encoders: next } satisfies ToPanel);
  };

  hearPage(panel, parseMessage, receive, [
    runs,
    encoders.onDidChange(() => {
      // An engine that does not answer says so elsewhere.
      tellEncoders().catch(() => undefined);
    }),
    vscode.workspace.onDidChangeTextDocument(({ document, contentChanges }) => {
      if (contentChanges.length === 0) return;
      const index = documents.findIndex(({ uri }) => uri === document.uri.toString());
      if (index < 0 || stale.has(index)) return;
      stale.add(index);
      runs.tell({ type: "stale", revision: runs.revision, sources: [...stale] });
    }),
  ]);
}

function messageOf(progress: Progress, revision: number): ToPanel | undefined {
  switch (progress.kind) {
    case "segments":
      return { type: "segments", revision, segments: progress.segments };
    case "encoder": {
      const { id, phase, done, total } = progress;
      return { type: "progress", revision, id, phase, done, total };
    }
    case "outcome":
      return { type: "outcome", revision, outcome: progress.outcome };
    case "phase":
    case "neighbours":
    case "steps":
    case "import":
      return undefined;
  }
}

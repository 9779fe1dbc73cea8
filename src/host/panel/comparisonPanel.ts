import * as vscode from "vscode";

import { compare, type CompareResult, type Progress, type SegmentInfo, type SourceDocument } from "../../protocol/engine.ts";
import { errorData } from "../../protocol/errors.ts";
import type { ComparisonSpec, FromPanel, ToPanel } from "../../protocol/panel.ts";
import { readSource } from "../compare/sources.ts";
import type { Comparisons } from "../comparisons/comparisons.ts";
import { COMMANDS, SETTINGS } from "../contributions.ts";
import type { Encoders } from "../encoders/encoders.ts";
import type { Engine } from "../status/engine.ts";
import { parseMessage } from "./messages.ts";

export interface PanelParts {
  readonly engine: Engine;
  readonly encoders: Encoders;
  readonly comparisons: Comparisons;
}

/** Runs the comparison of a panel, again on demand, and shows places in the editor. Latest wins: older runs fall silent. */
export function attachPanel(
  panel: vscode.WebviewPanel,
  first: ComparisonSpec,
  { engine, encoders, comparisons }: PanelParts,
): void {
  let spec = first;
  let revision = 0;
  let running: vscode.CancellationTokenSource | undefined;
  let documents: readonly SourceDocument[] = [];
  let segments: readonly SegmentInfo[] = [];
  let stale = new Set<number>();
  /** All messages of the present run: a page that was hidden knows nothing and is told again. */
  let told: ToPanel[] = [];

  const tell = (message: ToPanel): void => {
    if (message.type === "begin") told = [];
    if (message.type !== "progress") told.push(message);
    void panel.webview.postMessage(message);
  };

  const run = async (): Promise<void> => {
    running?.cancel();
    const source = new vscode.CancellationTokenSource();
    running = source;
    const mine = ++revision;
    const current = (message: ToPanel): void => {
      if (mine === revision) tell(message);
    };
    const busy = engine.begin(`comparing ${spec.title}`);
    stale = new Set();
    try {
      const known = await encoders.list();
      current({
        type: "begin",
        revision: mine,
        spec,
        encoders: known.map(({ id, name, state, card }) => ({ id, name, state, card })),
      });
      const read = await Promise.all(spec.sources.map(readSource));
      if (mine !== revision) return;
      documents = read;
      comparisons.remember(spec);
      const k = vscode.workspace.getConfiguration(SETTINGS.section).get<number>(SETTINGS.neighbours, 10);
      const params = { documents, split: spec.split, encoders: spec.encoders, k };
      const result: CompareResult = await engine.client.request(compare, params, {
        token: source.token,
        onProgress: (progress) => {
          if (progress.kind === "segments" && mine === revision) segments = progress.segments;
          const message = messageOf(progress, mine);
          if (message !== undefined) current(message);
        },
      });
      current({ type: "finished", revision: mine, agreement: result.agreement, clusteredOrder: result.clusteredOrder });
    } catch (error) {
      current({ type: "failed", revision: mine, error: errorData(error) });
    } finally {
      busy.dispose();
      if (running === source) running = undefined;
      source.dispose();
    }
  };

  const receive = async (message: FromPanel): Promise<void> => {
    switch (message.type) {
      case "ready":
        if (told.length === 0) await run();
        else for (const old of told) void panel.webview.postMessage(old);
        return;
      case "compare":
        spec = { ...spec, split: message.split, encoders: message.encoders.map((id) => ({ id })) };
        return run();
      case "cancel":
        running?.cancel();
        return;
      case "reveal":
        if (message.revision === revision) await reveal(message.segments, message.preserveFocus);
        return;
      case "openCard":
        await vscode.commands.executeCommand(COMMANDS.openCard, message.id);
        return;
      case "chooseEncoders":
        await vscode.commands.executeCommand(COMMANDS.chooseEncoders);
        return;
      case "openLog":
        await vscode.commands.executeCommand(COMMANDS.showLog);
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

  const subscriptions = [
    // What a restart interrupts begins again: who restarts the engine wants an answer, not an error.
    engine.onDidRestart(() => {
      if (running !== undefined) void run();
    }),
    panel.webview.onDidReceiveMessage((data: unknown) => {
      const message = parseMessage(data);
      if (message !== undefined) void receive(message);
    }),
    vscode.workspace.onDidChangeTextDocument(({ document, contentChanges }) => {
      if (contentChanges.length === 0) return;
      const index = documents.findIndex(({ uri }) => uri === document.uri.toString());
      if (index < 0 || stale.has(index)) return;
      stale.add(index);
      tell({ type: "stale", revision, sources: [...stale] });
    }),
  ];
  panel.onDidDispose(() => {
    // What is still under way has nobody to tell it to.
    revision++;
    running?.cancel();
    for (const subscription of subscriptions) subscription.dispose();
  });
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

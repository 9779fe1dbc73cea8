import * as vscode from "vscode";

import type { Range } from "../../core/text/segment.ts";
import { errorData } from "../../protocol/errors.ts";
import type { FromNeighbours, SearchSpec, ToNeighbours } from "../../protocol/neighboursPanel.ts";
import { COMMANDS } from "../contributions.ts";
import type { Encoders } from "../encoders/encoders.ts";
import type { Panels } from "../panel/panels.ts";
import type { Engine } from "../status/engine.ts";
import { parseMessage } from "./messages.ts";
import { showPlace, sourcesOfPlaces } from "./places.ts";
import { runSearch, type SearchParts } from "./search.ts";

export interface NeighboursPanelParts extends SearchParts {
  readonly engine: Engine;
  readonly encoders: Encoders;
  /** Where places are compared. */
  readonly comparisons: Panels;
}

/** One panel of neighbours, whose search may be replaced by another. */
export interface NeighboursPanel {
  readonly spec: SearchSpec;
  search(next: SearchSpec): void;
}

/** Coverage need not move more often than a person looks. */
const STATUS_MS = 500;

/** Runs the searches of a panel. Latest wins: older runs fall silent. */
export function attachNeighbours(panel: vscode.WebviewPanel, first: SearchSpec, parts: NeighboursPanelParts): NeighboursPanel {
  const { engine, encoders, index, shared, comparisons } = parts;
  let spec = first;
  let revision = 0;
  let running: vscode.CancellationTokenSource | undefined;
  let ready = false;
  /** All messages of the present run: a page that was hidden knows nothing and is told again. */
  let told: ToNeighbours[] = [];
  /** Languages seen in what was found: what the filter offers. */
  const languages = new Set<string>();

  const tell = (message: ToNeighbours): void => {
    if (message.type === "begin") told = [];
    if (message.type !== "progress" && message.type !== "index") told.push(message);
    if (message.type === "outcome" && message.outcome.ok)
      for (const { places } of message.outcome.hits) for (const { languageId } of places) languages.add(languageId);
    if (ready) void panel.webview.postMessage(message);
  };
  let statusTimer: NodeJS.Timeout | undefined;
  const tellStatus = (): void => {
    statusTimer = undefined;
    if (ready && index.status !== undefined) void panel.webview.postMessage({ type: "index", status: index.status });
  };

  const run = async (): Promise<void> => {
    running?.cancel();
    const source = new vscode.CancellationTokenSource();
    running = source;
    const mine = ++revision;
    const current = (message: ToNeighbours): void => {
      if (mine === revision) tell(message);
    };
    const busy = engine.begin(spec.title);
    panel.title = spec.title;
    try {
      const known = await encoders.list();
      for (const { languageId } of vscode.workspace.textDocuments) languages.add(languageId);
      current({
        type: "begin",
        revision: mine,
        spec,
        encoders: known.map(({ id, name, state, card, error }) => ({
          id,
          name,
          state,
          card,
          ...(error === undefined ? {} : { error }),
        })),
        languages: [...languages].sort(),
        shared: shared.allowed,
      });
      await runSearch(spec, mine, { index, shared }, current, source.token);
    } catch (error) {
      current({ type: "failed", revision: mine, error: errorData(error) });
    } finally {
      busy.dispose();
      if (running === source) running = undefined;
      source.dispose();
      tellStatus();
    }
  };

  const search = (next: SearchSpec): void => {
    spec = next;
    // A page that is not up yet asks for its search itself.
    if (ready) void run();
    else panel.title = spec.title;
  };

  const receive = async (message: FromNeighbours): Promise<void> => {
    switch (message.type) {
      case "ready":
        ready = true;
        tellStatus();
        if (told.length === 0) await run();
        else for (const old of told) void panel.webview.postMessage(old);
        return;
      case "search":
        search(changedBy(spec, message));
        return;
      case "cancel":
        running?.cancel();
        return;
      case "keep":
        spec = { ...spec, kept: message.kept };
        // What is told again to a page that was hidden is as it is now.
        told = told.map((old) => (old.type === "begin" ? { ...old, spec } : old));
        return;
      case "open":
        return showPlace(message.file, message.range, panel, message.preserveFocus);
      case "copy":
        await vscode.env.clipboard.writeText(message.text);
        vscode.window.setStatusBarMessage("Copied as Markdown.", 3000);
        return;
      case "neighboursOf":
        search({ ...spec, ...neighboursOf(message.file, message.range) });
        return;
      case "compare":
        comparisons.open({
          id: crypto.randomUUID(),
          title: spec.title,
          sources: sourcesOfPlaces(message.places),
          // One segment per place, also where a file has one place only.
          split: "file",
          encoders: spec.encoders,
        });
        return;
      case "openCard":
        await vscode.commands.executeCommand(COMMANDS.openCard, message.id);
        return;
      case "chooseEncoders":
        await vscode.commands.executeCommand(COMMANDS.chooseEncoders);
        return;
      case "startIndexing":
        await vscode.commands.executeCommand(COMMANDS.indexWorkspace);
        return;
      case "openLog":
        await vscode.commands.executeCommand(COMMANDS.showLog);
    }
  };

  const subscriptions = [
    // What a restart interrupts begins again: who restarts the engine wants an answer, not an error.
    engine.onDidRestart(() => {
      if (running !== undefined) void run();
    }),
    index.onDidChange(() => {
      statusTimer ??= setTimeout(tellStatus, STATUS_MS);
    }),
    panel.webview.onDidReceiveMessage((data: unknown) => {
      const message = parseMessage(data);
      if (message !== undefined) void receive(message);
    }),
  ];
  panel.onDidDispose(() => {
    ready = false;
    revision++;
    running?.cancel();
    clearTimeout(statusTimer);
    for (const subscription of subscriptions) subscription.dispose();
  });
  return {
    get spec() {
      return spec;
    },
    search,
  };
}

/** The search with what the page asked to be otherwise. */
export function changedBy(spec: SearchSpec, change: Extract<FromNeighbours, { readonly type: "search" }>): SearchSpec {
  const { words, encoders, k, filter, atLeast, source } = change;
  return {
    ...spec,
    ...(words === undefined ? {} : byWords(words)),
    ...(encoders === undefined || encoders.length === 0
      ? {}
      : { encoders: encoders.map((id) => spec.encoders.find((choice) => choice.id === id) ?? { id }) }),
    ...(k === undefined ? {} : { k }),
    ...(filter === undefined ? {} : { filter }),
    ...(atLeast === undefined ? {} : { atLeast }),
    ...(source === undefined ? {} : { source }),
  };
}

type Question = Pick<SearchSpec, "title" | "what">;

export const byWords = (text: string): Question => ({
  title: `Search: ${shortened(text)}`,
  what: { kind: "neighbours", query: { kind: "words", text } },
});

export const neighboursOf = (path: string, { start }: Pick<Range, "start">): Question => ({
  title: `Neighbours: ${path.split(/[/\\]/).at(-1) ?? path}:${String(start.line + 1)}`,
  what: { kind: "neighbours", query: { kind: "place", path, position: start } },
});

export const neighboursOfText = (text: string, path: string | undefined, range: Range): Question => ({
  title: `Neighbours: ${shortened(text)}`,
  what: {
    kind: "neighbours",
    query: { kind: "passage", text, ...(path === undefined ? {} : { at: { path, range } }) },
  },
});

/** As much as a tab shows. */
const MAX_TITLE = 32;

function shortened(text: string): string {
  const line = text.trim().split(/\r?\n/)[0] ?? "";
  return line.length > MAX_TITLE ? `${line.slice(0, MAX_TITLE - 1)}…` : line;
}

import * as vscode from "vscode";

import type { FromNeighbours, SearchSpec, ToNeighbours } from "../../protocol/neighboursPanel.ts";
import { COMMANDS } from "../contributions.ts";
import type { Encoders } from "../encoders/encoders.ts";
import { latestRun } from "../panel/latestRun.ts";
import { panelEncoder } from "../panel/panelEncoder.ts";
import { runPageCommand } from "../panel/pageCommands.ts";
import { hearPage } from "../panel/pages.ts";
import type { Panels } from "../panel/panels.ts";
import type { Engine } from "../status/engine.ts";
import { parseMessage } from "./messages.ts";
import { showPlace, sourcesOfPlaces } from "./places.ts";
import { changedBy, neighboursOf } from "./question.ts";
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

/** Runs the searches of a panel, each in place of the one before. */
export function attachNeighbours(panel: vscode.WebviewPanel, first: SearchSpec, parts: NeighboursPanelParts): NeighboursPanel {
  const { engine, encoders, index, shared, comparisons } = parts;
  let spec = first;
  let statusTimer: NodeJS.Timeout | undefined;

  const tellStatus = (): void => {
    statusTimer = undefined;
    if (runs.pageIsUp && index.status !== undefined) void panel.webview.postMessage({ type: "index", status: index.status });
  };

  const runs = latestRun<ToNeighbours>({
    engine,
    page: panel.webview,
    name: () => spec.title,
    onDidEnd: tellStatus,
    run: async ({ revision, token, tell }) => {
      panel.title = spec.title;
      const known = await encoders.including(spec.encoders.map(({ id }) => id));
      tell({
        type: "begin",
        revision,
        spec,
        encoders: known.map(panelEncoder),
        shared: shared.allowed,
      });
      await runSearch(spec, revision, { index, shared }, tell, token);
    },
  });

  const search = (next: SearchSpec): void => {
    spec = next;
    // A page that is not up yet asks for its search itself.
    if (runs.pageIsUp) void runs.start();
    else panel.title = spec.title;
  };

  const receive = async (message: FromNeighbours): Promise<void> => {
    switch (message.type) {
      case "ready":
        await runs.pageUp();
        return;
      case "search":
        search(changedBy(spec, message));
        return;
      case "cancel":
        runs.cancel();
        return;
      case "keep":
        spec = { ...spec, kept: message.kept };
        runs.amend((old) => (old.type === "begin" ? { ...old, spec } : old));
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
      case "startIndexing":
        await vscode.commands.executeCommand(COMMANDS.indexWorkspace);
        return;
      case "openCard":
      case "chooseEncoders":
      case "openLog":
        return runPageCommand(message);
    }
  };

  hearPage(panel, parseMessage, receive, [
    runs,
    index.onDidChange(() => {
      statusTimer ??= setTimeout(tellStatus, STATUS_MS);
    }),
    new vscode.Disposable(() => {
      clearTimeout(statusTimer);
    }),
  ]);
  return {
    get spec() {
      return spec;
    },
    search,
  };
}

import * as vscode from "vscode";

import type { Disposable } from "../../core/base/disposable.ts";
import type { SearchSpec } from "../../protocol/neighboursPanel.ts";
import { NEIGHBOURS_TYPE, SETTINGS } from "../contributions.ts";
import { panelHtml, tabIcon } from "../panel/html.ts";
import { MAX_K, parseSavedSpec } from "./messages.ts";
import { attachNeighbours, type NeighboursPanel, type NeighboursPanelParts } from "./neighboursPanel.ts";
import type { Question } from "./question.ts";

export interface Searches extends Disposable {
  /** Searches in the panel of the last search, or in a new one beside the editor when all that are open are kept. */
  open(question: Question): Promise<void>;
}

/** Encoders that must find two segments nearly the same, as long as nobody chose otherwise. */
export const DUPLICATES_AT_LEAST = 2;

/** The panels of neighbours; each comes back after a reload. */
export function createSearches(context: vscode.ExtensionContext, parts: NeighboursPanelParts): Searches {
  /** Latest last. */
  const shown = new Map<vscode.WebviewPanel, NeighboursPanel>();
  const options = { enableScripts: true, localResourceRoots: [vscode.Uri.joinPath(context.extensionUri, "dist", "webview")] };

  const attach = (panel: vscode.WebviewPanel, spec: SearchSpec): void => {
    panel.webview.options = options;
    panel.iconPath = tabIcon(context.extensionUri);
    shown.set(panel, attachNeighbours(panel, spec, parts));
    panel.onDidDispose(() => shown.delete(panel));
    panel.webview.html = panelHtml(panel.webview, context.extensionUri, "neighbours");
  };

  const serializer = vscode.window.registerWebviewPanelSerializer(NEIGHBOURS_TYPE, {
    deserializeWebviewPanel: (panel, state: unknown) => {
      const spec = parseSavedSpec(state);
      if (spec === undefined) panel.dispose();
      else attach(panel, spec);
      return Promise.resolve();
    },
  });

  return {
    async open(question) {
      const reused = [...shown].findLast(([, { spec }]) => !spec.kept);
      const encoders = (await parts.encoders.chosen()).map((id) => ({ id }));
      if (reused !== undefined) {
        const [panel, attached] = reused;
        // Most recently used goes last; what was set in the panel stays set.
        shown.delete(panel);
        shown.set(panel, attached);
        panel.reveal(undefined, true);
        attached.search({ ...attached.spec, ...question, id: crypto.randomUUID() });
        return;
      }
      const k = vscode.workspace.getConfiguration(SETTINGS.section).get<number>(SETTINGS.neighbours, 10);
      const spec: SearchSpec = {
        id: crypto.randomUUID(),
        ...question,
        encoders,
        k: Math.min(MAX_K, Math.max(1, Math.round(k))),
        filter: {},
        atLeast: Math.min(DUPLICATES_AT_LEAST, encoders.length),
        source: "workspace",
        kept: false,
      };
      attach(
        vscode.window.createWebviewPanel(
          NEIGHBOURS_TYPE,
          spec.title,
          { viewColumn: vscode.ViewColumn.Beside, preserveFocus: true },
          options,
        ),
        spec,
      );
    },
    dispose: () => {
      serializer.dispose();
      for (const panel of shown.keys()) panel.dispose();
    },
  };
}

import * as vscode from "vscode";

import type { ComparisonSpec } from "../../protocol/panel.ts";
import type { Comparisons } from "../comparisons/comparisons.ts";
import { PANEL_TYPE } from "../contributions.ts";
import type { Encoders } from "../encoders/encoders.ts";
import type { RemoteConsent } from "../remote/remoteConsent.ts";
import type { Engine } from "../status/engine.ts";
import { attachPanel } from "./comparisonPanel.ts";
import { panelHtml, tabIcon } from "./html.ts";
import { parseSavedSpec } from "./messages.ts";

export interface Panels {
  /** Shows a comparison beside the editor: in its own panel if it is open, else in a new one. */
  open(spec: ComparisonSpec): void;
}

/** One panel per comparison, so that two can stand side by side; each comes back after a reload. */
export function createPanels(
  context: vscode.ExtensionContext,
  engine: Engine,
  encoders: Encoders,
  comparisons: Comparisons,
  remote: RemoteConsent,
): Panels {
  const shown = new Map<string, vscode.WebviewPanel>();
  const options = { enableScripts: true, localResourceRoots: [vscode.Uri.joinPath(context.extensionUri, "dist", "webview")] };

  const attach = (panel: vscode.WebviewPanel, spec: ComparisonSpec): void => {
    shown.set(spec.id, panel);
    panel.webview.options = options;
    panel.iconPath = tabIcon(context.extensionUri);
    attachPanel(panel, spec, { engine, encoders, comparisons, remote });
    panel.onDidDispose(() => shown.delete(spec.id));
    panel.webview.html = panelHtml(panel.webview, context.extensionUri, "panel");
  };

  context.subscriptions.push(
    vscode.window.registerWebviewPanelSerializer(PANEL_TYPE, {
      deserializeWebviewPanel: (panel, state: unknown) => {
        const spec = parseSavedSpec(state);
        if (spec === undefined) panel.dispose();
        else attach(panel, spec);
        return Promise.resolve();
      },
    }),
    new vscode.Disposable(() => {
      for (const panel of shown.values()) panel.dispose();
    }),
  );
  return {
    open: (spec) => {
      const existing = shown.get(spec.id);
      if (existing !== undefined) {
        existing.reveal();
        return;
      }
      attach(
        vscode.window.createWebviewPanel(PANEL_TYPE, `Compare: ${spec.title}`, { viewColumn: vscode.ViewColumn.Beside }, options),
        spec,
      );
    },
  };
}

import * as vscode from "vscode";

import type { ComparisonSpec } from "../../protocol/panel.ts";
import type { Comparisons } from "../comparisons/comparisons.ts";
import { PANEL_TYPE } from "../contributions.ts";
import type { Encoders } from "../encoders/encoders.ts";
import type { RemoteConsent } from "../remote/remoteConsent.ts";
import type { Engine } from "../status/engine.ts";
import { attachPanel } from "./comparisonPanel.ts";
import { parseSavedSpec } from "./messages.ts";
import { createPages } from "./pages.ts";

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
  const pages = createPages(context.extensionUri, {
    type: PANEL_TYPE,
    bundle: "panel",
    parseSavedSpec,
    attach: (panel, spec: ComparisonSpec) => {
      attachPanel(panel, spec, { engine, encoders, comparisons, remote });
      return spec.id;
    },
  });
  context.subscriptions.push(pages);
  return {
    open(spec) {
      const [panel] = pages.reuse((id) => id === spec.id) ?? [];
      if (panel === undefined) pages.create(spec, `Compare: ${spec.title}`, { viewColumn: vscode.ViewColumn.Beside });
      else panel.reveal();
    },
  };
}

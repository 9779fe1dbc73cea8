import * as vscode from "vscode";

import type { Disposable } from "../../core/base/disposable.ts";
import type { SearchSpec } from "../../protocol/neighboursPanel.ts";
import { NEIGHBOURS_TYPE, SETTINGS } from "../contributions.ts";
import { createPages } from "../panel/pages.ts";
import { MAX_K, parseSavedSpec } from "./messages.ts";
import { attachNeighbours, type NeighboursPanelParts } from "./neighboursPanel.ts";
import type { Question } from "./question.ts";

export interface Searches extends Disposable {
  /** Searches in the panel of the last search, or in a new one beside the editor when all that are open are kept. */
  open(question: Question): Promise<void>;
}

/** Encoders that must find two segments nearly the same, as long as nobody chose otherwise. */
export const DUPLICATES_AT_LEAST = 2;

/** The panels of neighbours; each comes back after a reload. */
export function createSearches(context: vscode.ExtensionContext, parts: NeighboursPanelParts): Searches {
  const pages = createPages(context.extensionUri, {
    type: NEIGHBOURS_TYPE,
    bundle: "neighbours",
    parseSavedSpec,
    attach: (panel, spec: SearchSpec) => attachNeighbours(panel, spec, parts),
  });

  return {
    async open(question) {
      const encoders = (await parts.encoders.chosen()).map((id) => ({ id }));
      const reused = pages.reuse(({ spec }) => !spec.kept);
      if (reused !== undefined) {
        const [panel, page] = reused;
        panel.reveal(undefined, true);
        // What was set in the panel stays set.
        page.search({ ...page.spec, ...question, id: crypto.randomUUID() });
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
      pages.create(spec, spec.title, { viewColumn: vscode.ViewColumn.Beside, preserveFocus: true });
    },
    dispose: () => {
      pages.dispose();
    },
  };
}

import type * as vscode from "vscode";

import { registerAddEncoder } from "./addEncoder/addEncoder.ts";
import { registerCards } from "./cards/cards.ts";
import { registerComparisons } from "./comparisons/comparisons.ts";
import { registerCompare } from "./compare/commands.ts";
import { registerEncoders } from "./encoders/encoders.ts";
import { registerIndexCommands } from "./index/indexCommands.ts";
import { registerIndexTree } from "./index/indexTree.ts";
import { registerSharedIndex } from "./index/sharedIndex.ts";
import { createWorkspaceIndex, type WorkspaceIndex } from "./index/workspaceIndex.ts";
import { registerDuplicateProblems } from "./lens/duplicateProblems.ts";
import { registerLens } from "./lens/lens.ts";
import { registerSearchCommands } from "./neighbours/searchCommands.ts";
import { createSearches } from "./neighbours/searches.ts";
import { createEngine } from "./status/engine.ts";
import { createPanels } from "./panel/panels.ts";
import { registerProof } from "./proof/proof.ts";
import { createRemoteConsent } from "./remote/remoteConsent.ts";
import { registerRemoteEncoders } from "./remote/remoteEncoders.ts";
import { registerTools } from "./tools/tools.ts";

/** What the extension says of itself to others in the host. */
export interface Activated {
  /** Time of the host that activating took. */
  readonly activationMs: number;
  /** How the index of this window stands. */
  readonly index: Pick<WorkspaceIndex, "status" | "phase">;
}

/** Builds the parts and registers the features; the engine's process starts with the first request, or with an index that is on. */
export function activate(context: vscode.ExtensionContext): Activated {
  const started = performance.now();
  const engine = createEngine(context);
  const encoders = registerEncoders(context, engine);
  const cards = registerCards(context, engine, encoders);
  const remote = createRemoteConsent(context, engine, encoders);
  const comparisons = registerComparisons(context);
  const panels = createPanels(context, engine, encoders, comparisons, remote);
  registerCompare(context, panels, encoders, comparisons);

  const index = createWorkspaceIndex(context, engine, encoders);
  const shared = registerSharedIndex(context, engine, encoders, index);
  const searches = createSearches(context, { engine, encoders, index, shared, comparisons: panels });
  context.subscriptions.push(
    registerAddEncoder(context, engine, encoders),
    registerProof(context, { engine, encoders, cards }),
    registerRemoteEncoders(context, engine, encoders, index, remote),
    index,
    shared,
    searches,
    registerIndexTree(index, encoders),
    registerIndexCommands(index, engine),
    registerSearchCommands(context, searches, index),
    registerLens(index, encoders),
    registerDuplicateProblems(index, encoders),
    registerTools(engine, encoders, index),
  );
  // After activation: nobody waits for it.
  setImmediate(() => {
    index.resumeWhatWas();
  });
  return { activationMs: performance.now() - started, index };
}

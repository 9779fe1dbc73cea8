import type * as vscode from "vscode";

import { registerComparisons } from "./comparisons/comparisons.ts";
import { registerCompare } from "./compare/commands.ts";
import { registerEncoders } from "./encoders/encoders.ts";
import { createEngine } from "./status/engine.ts";
import { createPanels } from "./panel/panels.ts";

/** What the extension says of itself to others in the host. */
export interface Activated {
  /** Time of the host that activating took. */
  readonly activationMs: number;
}

/** Builds the parts and registers the features; the engine's process starts with the first request. */
export function activate(context: vscode.ExtensionContext): Activated {
  const started = performance.now();
  const engine = createEngine(context);
  const encoders = registerEncoders(context, engine);
  const comparisons = registerComparisons(context);
  const panels = createPanels(context, engine, encoders, comparisons);
  registerCompare(context, panels, encoders);
  return { activationMs: performance.now() - started };
}

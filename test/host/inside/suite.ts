/** Runs inside the extension host, without a person: what only the API shows. */
import assert from "node:assert/strict";
import * as vscode from "vscode";

import type { Activated } from "../../../src/host/extension.ts";
import { COMMANDS, PANEL_TYPE } from "../../../src/host/contributions.ts";
import { indexInside } from "./indexSuite.ts";
import { until } from "./steps.ts";

const ID = "compare-embeddings.compare-embeddings";
/** What activating may take of the extension host's time. */
const MAX_ACTIVATION_MS = 20;

export async function run(): Promise<void> {
  const extension = vscode.extensions.getExtension<Activated>(ID);
  assert.ok(extension !== undefined, `${ID} is not there`);
  const started = performance.now();
  const activated = await extension.activate();
  const { activationMs } = activated;
  const ms = performance.now() - started;
  console.log(`activated in ${activationMs.toFixed(1)} ms; ${ms.toFixed(0)} ms with all that the editor does for it`);
  assert.ok(activationMs <= MAX_ACTIVATION_MS, `activation took ${activationMs.toFixed(1)} ms`);

  const registered = new Set(await vscode.commands.getCommands(true));
  for (const command of Object.values(COMMANDS)) assert.ok(registered.has(command), `${command} is not registered`);
  console.log("every command is registered");

  assert.deepEqual(
    loadedLibraries().filter((file) => file.includes("onnxruntime")),
    [],
  );
  console.log("the host loaded no ONNX Runtime");

  const folder = vscode.workspace.workspaceFolders?.[0]?.uri;
  assert.ok(folder !== undefined);
  const editor = await vscode.window.showTextDocument(vscode.Uri.joinPath(folder, "notes.md"));
  const lines = [0, 2, 4].map((line) => editor.document.lineAt(line).range);
  editor.selections = lines.map(({ start, end }) => new vscode.Selection(start, end));
  await vscode.commands.executeCommand(COMMANDS.compare);
  await until(() => panels().length === 1, "the panel opened");
  await vscode.commands.executeCommand(COMMANDS.compareFiles, vscode.Uri.joinPath(folder, "http.ts"), [
    vscode.Uri.joinPath(folder, "http.ts"),
    vscode.Uri.joinPath(folder, "cache.ts"),
  ]);
  await until(() => panels().length === 2, "files are compared in a panel of their own");
  await vscode.window.tabGroups.close(panels());
  await until(() => panels().length === 0, "the panels closed");

  await indexInside(activated, folder);
}

const panels = (): vscode.Tab[] =>
  vscode.window.tabGroups.all
    .flatMap(({ tabs }) => tabs)
    .filter(({ input }) => input instanceof vscode.TabInputWebview && input.viewType.endsWith(PANEL_TYPE));

function loadedLibraries(): readonly string[] {
  const report = process.report.getReport() as { readonly sharedObjects?: readonly string[] };
  assert.ok(report.sharedObjects !== undefined && report.sharedObjects.length > 0, "no libraries are reported");
  return report.sharedObjects;
}

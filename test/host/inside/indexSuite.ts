/** The index inside the extension host: the host's own time, tools, lens, hover, problems, unsaved text. */
import assert from "node:assert/strict";

import * as vscode from "vscode";

import { COMMANDS, SETTINGS, TOOLS } from "../../../src/host/contributions.ts";
import type { Activated } from "../../../src/host/extension.ts";
import { measureHostDelay } from "./hostDelay.ts";
import { until } from "./steps.ts";

/** What an event may have to wait in the extension host while indexing, at the 99.9th percentile. */
const MAX_DELAY_MS = 20;
/** Fewer ticks have no 99.9th percentile. */
const MIN_TICKS = 1000;

export async function indexInside({ index }: Activated, folder: vscode.Uri): Promise<void> {
  assert.equal(index.phase, "none", "nothing is indexed before somebody asks");
  await assert.rejects(invoke(TOOLS.neighbours, { text: "anything" }), /not indexed/);

  const measured = await measureHostDelay();
  await vscode.commands.executeCommand(COMMANDS.indexWorkspace);
  await until(() => index.phase === "idle" && (index.status?.files ?? 0) > 0, "the workspace is indexed");
  const { host, idle, ticks } = await measured();
  console.log(
    `while indexing an event waited ${host.toFixed(1)} ms in the host at p99.9, in an idle thread ${idle.toFixed(1)} ms (${String(ticks)} ticks)`,
  );
  assert.ok(ticks >= MIN_TICKS, "too short to tell");
  // What the machine takes from every thread is not the host's doing.
  assert.ok(host - Math.max(0, idle) <= MAX_DELAY_MS);
  for (const { id, done, total } of index.status?.encoders ?? []) assert.equal(done, total, `${id} covers all`);
  assert.equal(index.status?.encoders.length, 3);

  const byWords = await invoke(TOOLS.neighbours, { text: "try a failed request again after a pause", k: 3 });
  assert.match(byWords, /### bm25/);
  assert.match(byWords, /all-MiniLM-L6-v2[^]*?http\.ts:\d+ `retry`/);
  const byPlace = await invoke(TOOLS.neighbours, { path: "http.ts", line: 2, k: 2, encoders: ["all-MiniLM-L6-v2"] });
  assert.match(byPlace, /Nearest neighbours of `parseHeader`/);
  const compared = await invoke(TOOLS.compare, { paths: ["http.ts", "cache.ts"] });
  assert.match(compared, /Agreement between encoders\n- .*chance/);
  await assert.rejects(invoke(TOOLS.compare, { paths: ["../outside.ts"] }), /not in this workspace/);
  console.log("tools answer");

  const http = vscode.Uri.joinPath(folder, "http.ts");
  const document = await vscode.workspace.openTextDocument(http);
  await vscode.window.showTextDocument(document);
  assert.deepEqual(await lensesOf(http), [], "off by default");
  await set(SETTINGS.lens, true);
  await until(async () => (await lensesOf(http)).length >= 5, "a lens stands above each symbol");
  const [lens] = await lensesOf(http);
  assert.match(lens?.command?.title ?? "", /^[1-3] of 3 encoders see `.+` as nearest$/);
  const hovers = await vscode.commands.executeCommand<vscode.Hover[]>(
    "vscode.executeHoverProvider",
    http,
    lens?.range.start ?? new vscode.Position(0, 0),
  );
  const hover = hovers.flatMap(({ contents }) => contents).find((part) => part instanceof vscode.MarkdownString);
  assert.match(hover?.value ?? "", /Nearest neighbours[\s\S]*MiniLM/);
  assert.ok(hover?.isTrusted !== true);
  await set(SETTINGS.lens, undefined);
  console.log("a hover lists each encoder's neighbours");

  await unsaved(http);
  await problems(folder);

  await vscode.commands.executeCommand(COMMANDS.pauseIndexing);
  assert.equal(index.phase, "paused");
  await vscode.commands.executeCommand(COMMANDS.resumeIndexing);
  await until(() => index.phase === "idle", "paused and resumed");
  await vscode.commands.executeCommand(COMMANDS.restartEngine);
  await until(
    () => index.phase === "idle" && index.status?.encoders.length === 3,
    "indexing goes on after a restart of the engine",
  );
}

/** Text that was typed and not saved is found, and is gone when it is taken back. */
async function unsaved(http: vscode.Uri): Promise<void> {
  const editor = await vscode.window.showTextDocument(http);
  const words = "vaporise zeppelins quietly";
  await editor.edit((edit) => {
    edit.insert(new vscode.Position(0, 0), `/** ${words} */\nexport function zeppelin(): void {}\n\n`);
  });
  const finds = async (): Promise<boolean> =>
    /http\.ts:\d+ `zeppelin`/.test(await invoke(TOOLS.neighbours, { text: words, k: 1 }));
  await until(finds, "text that is not saved is found");
  await vscode.commands.executeCommand("workbench.action.files.revert");
  await until(async () => !(await finds()), "and not found after it was taken back");
}

async function problems(folder: vscode.Uri): Promise<void> {
  const copy = vscode.Uri.joinPath(folder, "copied.ts");
  const count = (): number => vscode.languages.getDiagnostics(copy).length;
  await set(SETTINGS.duplicateProblems, true);
  await vscode.workspace.fs.copy(vscode.Uri.joinPath(folder, "cache.ts"), copy);
  await until(() => count() > 0, "a copied file is taken in and its duplicates are problems");
  const [problem] = vscode.languages.getDiagnostics(copy);
  assert.equal(problem?.severity, vscode.DiagnosticSeverity.Information);
  assert.match(problem.message, /cache\.ts/);
  assert.match(problem.relatedInformation?.[0]?.location.uri.path ?? "", /cache\.ts$/);
  await set(SETTINGS.duplicateProblems, undefined);
  await until(() => count() === 0, "problems go when they are switched off");
  await vscode.workspace.fs.delete(copy);
}

const set = (name: string, value: unknown): Thenable<void> =>
  vscode.workspace.getConfiguration(SETTINGS.section).update(name, value, vscode.ConfigurationTarget.Global);

const lensesOf = async (uri: vscode.Uri): Promise<vscode.CodeLens[]> =>
  (await vscode.commands.executeCommand<vscode.CodeLens[]>("vscode.executeCodeLensProvider", uri, 100)).filter(
    ({ command }) => command?.command === COMMANDS.neighboursAt,
  );

async function invoke(tool: string, input: object): Promise<string> {
  const { content } = await vscode.lm.invokeTool(tool, { input, toolInvocationToken: undefined });
  return content.map((part) => (part instanceof vscode.LanguageModelTextPart ? part.value : "")).join("");
}

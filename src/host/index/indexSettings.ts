import * as path from "node:path";

import * as vscode from "vscode";

import { BATTERY_MODES, CPU_SHARES, type Pace, type WorkspaceParams } from "../../protocol/workspace.ts";
import { SETTINGS } from "../contributions.ts";

/** The workspace as the engine is told of it; undefined when no folder of it lies on this machine. */
export function workspaceParams(context: vscode.ExtensionContext): WorkspaceParams | undefined {
  const folders = localFolders().map(({ uri, name }) => ({ path: uri.fsPath, name }));
  if (folders.length === 0) return undefined;
  const { storageUri } = context;
  const settings = vscode.workspace.getConfiguration(SETTINGS.section);
  return {
    folders,
    storage: storageUri?.scheme === "file" ? path.join(storageUri.fsPath, "index") : null,
    exclude: [...excluded("files"), ...excluded("search")],
    header: settings.get<boolean>(SETTINGS.indexHeader, true),
    memoryBytes: settings.get<number>(SETTINGS.indexMemory, DEFAULT_MEMORY_MB) * MEGABYTE,
  };
}

const DEFAULT_MEMORY_MB = 1024;
const MEGABYTE = 2 ** 20;

export const localFolders = (): readonly vscode.WorkspaceFolder[] =>
  (vscode.workspace.workspaceFolders ?? []).filter(({ uri }) => uri.scheme === "file");

/** Whether a change of settings changes {@link workspaceParams}. */
export const changesWorkspace = (event: vscode.ConfigurationChangeEvent): boolean =>
  ["files.exclude", "search.exclude", settingId(SETTINGS.indexHeader), settingId(SETTINGS.indexMemory)].some((name) =>
    event.affectsConfiguration(name),
  );

export const changesPace = (event: vscode.ConfigurationChangeEvent): boolean =>
  [SETTINGS.indexCpu, SETTINGS.indexOnBattery].some((name) => event.affectsConfiguration(settingId(name)));

/** Values that are none of the choices count as the default. */
export function pace(): Pace {
  const settings = vscode.workspace.getConfiguration(SETTINGS.section);
  const cpu = settings.get<string>(SETTINGS.indexCpu);
  const onBattery = settings.get<string>(SETTINGS.indexOnBattery);
  return {
    cpu: CPU_SHARES.find((share) => share === cpu) ?? "balanced",
    onBattery: BATTERY_MODES.find((mode) => mode === onBattery) ?? "low",
  };
}

export const settingId = (name: string): string => `${SETTINGS.section}.${name}`;

/** Globs that are switched on; conditions on sibling files (`when`) are the editor's own and hide only what was made from them. */
const excluded = (section: "files" | "search"): string[] =>
  Object.entries(vscode.workspace.getConfiguration(section).get<Readonly<Record<string, unknown>>>("exclude", {})).flatMap(
    ([glob, on]) => (on === true ? [glob] : []),
  );

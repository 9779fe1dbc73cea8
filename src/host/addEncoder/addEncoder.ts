import * as vscode from "vscode";

import { COMMANDS } from "../contributions.ts";
import type { Encoders } from "../encoders/encoders.ts";
import { idOf } from "../encoders/variantCommands.ts";
import type { Engine } from "../status/engine.ts";
import type { Adding } from "./adding.ts";
import { addFromFolder } from "./folderEncoder.ts";
import { removeFromUser } from "./removeEncoder.ts";
import { userEncoders } from "./userEncoders.ts";

/** Encoders come and go: from the catalogue, a folder or the hub. Nothing is fetched but by these commands. */
export function registerAddEncoder(engine: Engine, encoders: Encoders): vscode.Disposable {
  const adding: Adding = { engine, encoders, folder: userEncoders() };
  return vscode.Disposable.from(
    vscode.commands.registerCommand(COMMANDS.addEncoder, () => chooseWay()),
    vscode.commands.registerCommand(COMMANDS.addFromFolder, (uri: unknown) =>
      addFromFolder(adding, uri instanceof vscode.Uri ? uri : undefined),
    ),
    vscode.commands.registerCommand(COMMANDS.removeEncoder, (target: unknown) => removeFromUser(adding, idOf(target))),
  );
}

interface Way extends vscode.QuickPickItem {
  readonly command: string;
}

const WAYS: readonly Way[] = [
  {
    label: "$(folder-opened) From a Folder…",
    detail: "A model folder on this machine, as sentence-transformers or Hugging Face lay it out. It is copied.",
    command: COMMANDS.addFromFolder,
  },
  {
    label: "$(cloud) On a Server…",
    detail: "A model that a server runs. Texts are sent there only after you agreed, once for each workspace.",
    command: COMMANDS.addRemote,
  },
];

async function chooseWay(): Promise<void> {
  const way = await vscode.window.showQuickPick([...WAYS], { title: "Add Encoder" });
  if (way !== undefined) await vscode.commands.executeCommand(way.command);
}

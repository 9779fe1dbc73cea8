import * as vscode from "vscode";

import { COMMANDS } from "../contributions.ts";
import type { Encoders } from "../encoders/encoders.ts";
import { idOf } from "../encoders/variantCommands.ts";
import type { Engine } from "../status/engine.ts";
import type { Fetching } from "./adding.ts";
import { getFromCatalogue } from "./catalogueEncoder.ts";
import { addFromFolder } from "./folderEncoder.ts";
import { addFromHub } from "./hubEncoder.ts";
import { setHubToken } from "./hubSettings.ts";
import { removeFromUser } from "./removeEncoder.ts";
import { userEncoders } from "./userEncoders.ts";

/** Encoders come and go: from the catalogue, a folder or the hub. Nothing is fetched but by these commands. */
export function registerAddEncoder({ secrets }: vscode.ExtensionContext, engine: Engine, encoders: Encoders): vscode.Disposable {
  const adding: Fetching = { engine, encoders, folder: userEncoders(), secrets };
  const text = (argument: unknown): string | undefined => (typeof argument === "string" ? argument : undefined);
  return vscode.Disposable.from(
    vscode.commands.registerCommand(COMMANDS.addEncoder, () => chooseWay()),
    vscode.commands.registerCommand(COMMANDS.getEncoder, (id: unknown) => getFromCatalogue(adding, text(id))),
    vscode.commands.registerCommand(COMMANDS.addFromFolder, (uri: unknown) =>
      addFromFolder(adding, uri instanceof vscode.Uri ? uri : undefined),
    ),
    vscode.commands.registerCommand(COMMANDS.addFromHub, (repository: unknown) => addFromHub(adding, text(repository))),
    vscode.commands.registerCommand(COMMANDS.setHubToken, () => setHubToken(secrets)),
    vscode.commands.registerCommand(COMMANDS.removeEncoder, (target: unknown) => removeFromUser(adding, idOf(target))),
  );
}

interface Way extends vscode.QuickPickItem {
  readonly command: string;
}

const WAYS: readonly Way[] = [
  {
    label: "$(cloud-download) Get from the Catalogue…",
    detail: "Known here with full cards, and proven against their publishers",
    command: COMMANDS.getEncoder,
  },
  {
    label: "$(folder-opened) From a Folder…",
    detail: "A model folder on this machine, of which a copy is kept",
    command: COMMANDS.addFromFolder,
  },
  {
    label: "$(search) From the Hub…",
    detail: "Any repository with ONNX or safetensors; size and licence are shown first",
    command: COMMANDS.addFromHub,
  },
  {
    label: "$(cloud) On a Server…",
    detail: "OpenAI-compatible, or Open Inference Protocol; sends texts once you agree",
    command: COMMANDS.addRemote,
  },
];

async function chooseWay(): Promise<void> {
  const way = await vscode.window.showQuickPick([...WAYS], { title: "Add Encoder", placeHolder: "Where does it come from?" });
  if (way !== undefined) await vscode.commands.executeCommand(way.command);
}

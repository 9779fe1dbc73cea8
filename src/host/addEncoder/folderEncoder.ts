import path from "node:path";

import * as vscode from "vscode";

import { describeFolder, type FolderWeights } from "../../protocol/catalogue.ts";
import { importFromPath } from "../../protocol/hub.ts";
import { megabytes } from "../index/words.ts";
import { complain } from "../status/complain.ts";
import { add, type Adding } from "./adding.ts";

/** Add Encoder from Folder: asks for a folder unless one, or an .onnx file, is given; and for the weights if there are several. */
export async function addFromFolder(adding: Adding, given: vscode.Uri | undefined): Promise<void> {
  const uri = given ?? (await askForFolder());
  if (uri === undefined) return;
  if (uri.scheme !== "file") {
    void vscode.window.showErrorMessage(
      "This folder is not on the disk of the machine that encoders run on. Copy it there first.",
    );
    return;
  }
  const place = uri.fsPath;
  let file: string | undefined;
  try {
    const weights = await adding.engine.client.request(describeFolder, { path: place });
    file = await askForWeights(path.basename(place), weights);
    if (file === undefined) return;
  } catch (thrown) {
    complain(thrown);
    return;
  }
  await add(adding, path.basename(place), (options) =>
    adding.engine.client.request(importFromPath, { path: place, folder: adding.folder, file }, options),
  );
}

async function askForFolder(): Promise<vscode.Uri | undefined> {
  const picked = await vscode.window.showOpenDialog({
    title: "Folder of an encoder, as sentence-transformers or Hugging Face lay it out",
    openLabel: "Add Encoder",
    canSelectFiles: false,
    canSelectFolders: true,
    canSelectMany: false,
  });
  return picked?.[0];
}

/** The only one that can be read, or the one that is picked. What cannot be read is left to the import, which says why. */
export async function askForWeights(name: string, all: readonly FolderWeights[]): Promise<string | undefined> {
  const readable = all.filter(({ precision }) => precision !== "other");
  const [first] = readable.length === 0 ? all : readable;
  if (readable.length <= 1) return first?.path;
  const items = readable.map(({ path: file, bytes, precision }) => ({
    label: file,
    description: `${precision} · ${megabytes(bytes)}`,
    file,
  }));
  const title = `${name} has several model files`;
  return (await vscode.window.showQuickPick(items, { title, placeHolder: "Which one?", matchOnDescription: true }))?.file;
}

import path from "node:path";

import * as vscode from "vscode";

import { encodersFolder } from "../../process/cacheFolder.ts";
import { SETTINGS } from "../contributions.ts";

/** Where encoders of the user lie, absolute: by the setting, or where the command line has them. */
export function userEncoders(): string {
  const set = vscode.workspace.getConfiguration(SETTINGS.section).get<string>(SETTINGS.encodersFolder, "").trim();
  return path.isAbsolute(set) ? set : encodersFolder();
}

import * as vscode from "vscode";

import { errorData, errorWords } from "../../protocol/errors.ts";
import { COMMANDS } from "../contributions.ts";

const LOG = "Show Log";

/** Says what went wrong and what to do about it; that the user cancelled is no news. */
export function complain(thrown: unknown): void {
  const error = errorData(thrown);
  if (error.code === "cancelled") return;
  void vscode.window.showErrorMessage(errorWords(error), LOG).then((choice) => {
    if (choice === LOG) void vscode.commands.executeCommand(COMMANDS.showLog);
  });
}

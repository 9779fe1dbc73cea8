import * as vscode from "vscode";

import type { FromPanel } from "../../protocol/panel.ts";
import { COMMANDS } from "../contributions.ts";

/** What any page may ask for that is a command of the extension. */
export type PageCommand = Extract<FromPanel, { readonly type: "openCard" | "chooseEncoders" | "openLog" }>;

export async function runPageCommand(message: PageCommand): Promise<void> {
  switch (message.type) {
    case "openCard":
      await vscode.commands.executeCommand(COMMANDS.openCard, message.id);
      return;
    case "chooseEncoders":
      await vscode.commands.executeCommand(COMMANDS.chooseEncoders);
      return;
    case "openLog":
      await vscode.commands.executeCommand(COMMANDS.showLog);
  }
}

import * as vscode from "vscode";

import { MAX_QUERY_CHARACTERS } from "./messages.ts";

const RECENT = "search.recent";
/** Older ones are forgotten. */
const MAX_RECENT = 15;

/** Asks what to search for; the last queries of this workspace are there to choose from. undefined when nothing was asked. */
export async function askForWords(memory: vscode.Memento): Promise<string | undefined> {
  const recent = memory.get<readonly string[]>(RECENT, []);
  const input = vscode.window.createQuickPick();
  input.title = "Search by Meaning";
  input.placeholder = "Describe what you look for, in words: retry a failed request";
  // What was typed is not lost to a page that takes the focus while it loads.
  input.ignoreFocusOut = true;
  const show = (): void => {
    const typed = input.value.trim();
    // What is typed comes first, so that Enter takes it whatever older query looks like it.
    input.items = [
      ...(typed === "" ? [] : [{ label: typed, iconPath: new vscode.ThemeIcon("search"), alwaysShow: true }]),
      ...recent.filter((words) => words !== typed).map((label) => ({ label, iconPath: new vscode.ThemeIcon("history") })),
    ];
  };
  show();
  const words = await new Promise<string | undefined>((resolve) => {
    input.onDidChangeValue(show);
    input.onDidAccept(() => {
      resolve(input.activeItems[0]?.label ?? input.value);
    });
    input.onDidHide(() => {
      resolve(undefined);
    });
    input.show();
  });
  input.dispose();
  const wanted = words?.trim().slice(0, MAX_QUERY_CHARACTERS);
  if (wanted === undefined || wanted === "") return undefined;
  await memory.update(RECENT, [wanted, ...recent.filter((other) => other !== wanted)].slice(0, MAX_RECENT));
  return wanted;
}

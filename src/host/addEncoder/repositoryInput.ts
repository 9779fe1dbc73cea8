import * as vscode from "vscode";

import type { EngineClient } from "../../process/engineClient.ts";
import { errorData, errorWords } from "../../protocol/errors.ts";
import { searchHub, type HubAccess, type HubHit, type RepositoryChoice } from "../../protocol/hub.ts";
import { hostOf } from "./hubSettings.ts";

export type Repository = RepositoryChoice;

/** Time without a key after which somebody is taken to have typed what they meant. */
const TYPED_MS = 300;
/** Shorter words find everything. */
const LEAST_LETTERS = 2;

interface Item extends vscode.QuickPickItem {
  readonly choice?: Repository;
}

/** Asks for a repository: by searching as one types, or by its name as owner/name@revision. undefined when given up. */
export function askForRepository(client: EngineClient, access: HubAccess): Promise<Repository | undefined> {
  const input = vscode.window.createQuickPick<Item>();
  input.title = `Add Encoder from ${hostOf(access.endpoint)}`;
  input.placeholder = "Search, or name a repository: owner/name, or owner/name@revision";
  input.matchOnDescription = true;
  input.ignoreFocusOut = true;
  let timer: NodeJS.Timeout | undefined;
  let asked: vscode.CancellationTokenSource | undefined;

  const search = async (query: string): Promise<void> => {
    const mine = (asked = new vscode.CancellationTokenSource());
    input.busy = true;
    const found = await client.request(searchHub, { access, query }, { token: mine.token }).then(
      (hits) => (hits.length === 0 ? [said("Nothing is called so.")] : hits.map(hitItem)),
      (error: unknown) => [said(`$(warning) ${errorWords(errorData(error))}`)],
    );
    if (asked !== mine) return;
    input.busy = false;
    input.items = [...named(query), ...found.filter(({ choice }) => choice?.repository !== query)];
  };
  const change = (value: string): void => {
    clearTimeout(timer);
    asked?.cancel();
    asked = undefined;
    input.busy = false;
    input.items = named(value);
    const query = value.split("@")[0]!.trim();
    if (query.length >= LEAST_LETTERS && !value.includes("@")) timer = setTimeout(() => void search(query), TYPED_MS);
  };

  return new Promise((resolve) => {
    let chosen: Repository | undefined;
    const listeners = [
      input.onDidChangeValue(change),
      input.onDidAccept(() => {
        const choice = input.selectedItems[0]?.choice;
        if (choice === undefined) return;
        chosen = choice;
        input.hide();
      }),
      input.onDidHide(() => {
        clearTimeout(timer);
        asked?.cancel();
        for (const listener of listeners) listener.dispose();
        input.dispose();
        resolve(chosen);
      }),
    ];
    input.show();
  });
}

/** owner/name, name or either with @revision; undefined for anything else. */
export function parseRepository(written: string): Repository | undefined {
  const [, repository, revision] = /^([\w.-]+(?:\/[\w.-]+)?)(?:@([\w./+-]+))?$/.exec(written.trim()) ?? [];
  if (repository === undefined) return undefined;
  return { repository, ...(revision === undefined ? {} : { revision }) };
}

/** What was typed, if it can be a repository's full name. */
function named(written: string): readonly Item[] {
  const choice = written.includes("/") ? parseRepository(written) : undefined;
  if (choice === undefined) return [];
  const description = choice.revision === undefined ? "as it is written here" : `at ${choice.revision}`;
  return [{ label: `$(repo) ${choice.repository}`, description, alwaysShow: true, choice }];
}

const hitItem = ({ repository, downloads, tags }: HubHit): Item => ({
  label: repository,
  description: `${downloads.toLocaleString("en")} downloads`,
  ...(SHOWN_TAGS.some((tag) => tags.includes(tag)) ? { detail: SHOWN_TAGS.filter((tag) => tags.includes(tag)).join(" · ") } : {}),
  alwaysShow: true,
  choice: { repository },
});

/** Tags by which a person tells encoders from other models. */
const SHOWN_TAGS = ["sentence-transformers", "feature-extraction", "sentence-similarity", "onnx", "safetensors", "gated"];

/** A line that cannot be chosen. */
const said = (label: string): Item => ({ label, alwaysShow: true });

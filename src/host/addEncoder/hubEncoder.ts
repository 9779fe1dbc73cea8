import * as vscode from "vscode";

import type { EngineClient } from "../../process/engineClient.ts";
import { describeRepository, importFromHub, type HubAccess, type RepositoryDescription } from "../../protocol/hub.ts";
import { errorData } from "../../protocol/errors.ts";
import { megabytes } from "../index/words.ts";
import { add, wantsAgain, type Fetching } from "./adding.ts";
import { hubOfWindow } from "./hubSettings.ts";
import { askForRepository, parseRepository, type Repository } from "./repositoryInput.ts";

/** Add Encoder from Hub: a repository (searched for unless one is given), its weights with size and licence, then the fetching. */
export async function addFromHub(adding: Fetching, given: string | undefined): Promise<void> {
  const { client } = adding.engine;
  const access = await hubOfWindow(adding.secrets);
  const choice = given === undefined ? await askForRepository(client, access) : parseRepository(given);
  if (choice === undefined) return;
  const description = await describe(adding, choice);
  if (description === undefined) return;
  const file = await askForFile(description);
  if (file === undefined) return;
  await add(adding, choice.repository, async (options) =>
    // Read anew: the token may have been set after a refusal.
    client.request(importFromHub, { access: await hubOfWindow(adding.secrets), ...choice, folder: adding.folder, file }, options),
  );
}

/** undefined when the user gave up. */
async function describe(adding: Fetching, choice: Repository): Promise<RepositoryDescription | undefined> {
  for (;;) {
    try {
      return await asking(adding.engine.client, await hubOfWindow(adding.secrets), choice);
    } catch (thrown) {
      const error = errorData(thrown);
      if (error.code === "cancelled" || !(await wantsAgain(error))) return undefined;
    }
  }
}

const asking = (client: EngineClient, access: HubAccess, choice: Repository): Thenable<RepositoryDescription> =>
  vscode.window.withProgress(
    { location: vscode.ProgressLocation.Notification, title: `Looking at ${choice.repository}`, cancellable: true },
    (_, token) => client.request(describeRepository, { access, ...choice }, { token }),
  );

/** Also where there is one alone: it says how much is fetched and under which licence. */
async function askForFile({ repository, commit, licence, gated, weights }: RepositoryDescription): Promise<string | undefined> {
  const readable = weights.filter(({ precision }) => precision !== "other");
  const items = (readable.length === 0 ? weights : readable).map(({ path: file, precision, files }) => ({
    label: file,
    description: `${precision} · ${megabytes(files.reduce((sum, { bytes }) => sum + bytes, 0))} in all`,
    file,
  }));
  const picked = await vscode.window.showQuickPick(items, {
    title: `${repository} at ${commit.slice(0, 8)}`,
    placeHolder: `Licence: ${licence}${gated ? ", for those who accept its terms" : ""}. Which weights?`,
    matchOnDescription: true,
  });
  return picked?.file;
}

import * as vscode from "vscode";

import type { EngineRequestOptions } from "../../process/engineClient.ts";
import { importWords } from "../../process/importWords.ts";
import { errorData, errorWords, type EmbedErrorData } from "../../protocol/errors.ts";
import type { ImportResult } from "../../protocol/hub.ts";
import { COMMANDS } from "../contributions.ts";
import type { Encoders } from "../encoders/encoders.ts";
import { megabytes } from "../index/words.ts";
import type { Engine } from "../status/engine.ts";
import { underNotification } from "../status/underNotification.ts";

/** What adding an encoder needs, whatever the way. */
export interface Adding {
  readonly engine: Engine;
  readonly encoders: Encoders;
  /** Where encoders of the user are kept, absolute. */
  readonly folder: string;
}

/** Ways that reach out need more. */
export interface Fetching extends Adding {
  /** Holds the hub's tokens. */
  readonly secrets: vscode.SecretStorage;
}

/**
 * Runs an import under a notification that counts bytes and can be cancelled; then the encoder is ticked and its card
 * shown. A failure offers to try again, which goes on where it ended.
 */
export async function add(
  { engine, encoders }: Adding,
  name: string,
  work: (options: EngineRequestOptions) => Promise<ImportResult>,
): Promise<void> {
  for (;;) {
    const outcome = await tried(engine, name, work);
    if (outcome === undefined) return;
    if ("id" in outcome) {
      encoders.refresh();
      await encoders.choose([...new Set([...(await encoders.chosen()), outcome.id])]);
      const words = outcome.added ? "is added and ticked" : "was there already; it is ticked now";
      const added = (await encoders.list()).find(({ id }) => id === outcome.id);
      void vscode.window.showInformationMessage(`${added?.name ?? name} ${words}.`);
      await vscode.commands.executeCommand(COMMANDS.openCard, outcome.id);
      return;
    }
    if (!(await wantsAgain(outcome))) return;
  }
}

/** Says what went wrong and what to do; resolves to whether to try again. */
export async function wantsAgain(error: EmbedErrorData): Promise<boolean> {
  const again = "Try Again";
  const token = "Set Hub Token…";
  const choices = error.code === "hubRefused" ? [token, again] : PASSING.has(error.code) ? [again] : [];
  const choice = await vscode.window.showErrorMessage(errorWords(error), ...choices);
  if (choice === token) await vscode.commands.executeCommand(COMMANDS.setHubToken);
  return choice === token || choice === again;
}

/** Failures that may be gone at the next try. */
const PASSING = new Set<EmbedErrorData["code"]>(["hubAway", "hubBusy", "hubWrong", "importFailed", "processEnded"]);

/** undefined when the user cancelled. */
async function tried(
  engine: Engine,
  name: string,
  work: (options: EngineRequestOptions) => Promise<ImportResult>,
): Promise<ImportResult | EmbedErrorData | undefined> {
  try {
    return await underNotification(engine, { title: `Adding ${name}`, name: `adding ${name}` }, (report, token) =>
      work({
        token,
        onProgress: (progress) => {
          if (progress.kind !== "import") return;
          report(importWords(progress, megabytes), progress.total === 0 ? 0 : progress.done / progress.total);
        },
      }),
    );
  } catch (thrown) {
    const error = errorData(thrown);
    return error.code === "cancelled" ? undefined : error;
  }
}

import * as vscode from "vscode";

import type { EngineRequestOptions } from "../../process/engineClient.ts";
import type { Progress } from "../../protocol/engine.ts";
import { errorData, type EmbedErrorData } from "../../protocol/errors.ts";
import type { ImportProgress, ImportResult } from "../../protocol/hub.ts";
import { COMMANDS } from "../contributions.ts";
import type { Encoders } from "../encoders/encoders.ts";
import { megabytes } from "../index/words.ts";
import type { Engine } from "../status/engine.ts";

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
    const outcome = await underNotification(engine, name, work);
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
  const choice = await vscode.window.showErrorMessage(wordsOf(error), ...choices);
  if (choice === token) await vscode.commands.executeCommand(COMMANDS.setHubToken);
  return choice === token || choice === again;
}

/** Says what went wrong where trying again is of no use. */
export function complain(thrown: unknown): void {
  void vscode.window.showErrorMessage(wordsOf(errorData(thrown)));
}

export const wordsOf = ({ message, hint }: EmbedErrorData): string => (hint === undefined ? message : `${message} ${hint}`);

/** Failures that may be gone at the next try. */
const PASSING = new Set<EmbedErrorData["code"]>(["hubAway", "hubBusy", "hubWrong", "importFailed", "processEnded"]);

/** undefined when the user cancelled. */
function underNotification(
  engine: Engine,
  name: string,
  work: (options: EngineRequestOptions) => Promise<ImportResult>,
): Thenable<ImportResult | EmbedErrorData | undefined> {
  const options = { location: vscode.ProgressLocation.Notification, title: `Adding ${name}`, cancellable: true };
  return vscode.window.withProgress(options, async (report, token) => {
    const busy = engine.begin(`adding ${name}`);
    let shown = 0;
    const onProgress = (progress: Progress): void => {
      if (progress.kind !== "import") return;
      const part = progress.total === 0 ? 0 : (100 * progress.done) / progress.total;
      report.report({ message: phaseWords(progress), increment: Math.max(0, part - shown) });
      shown = Math.max(shown, part);
    };
    try {
      return await work({ token, onProgress });
    } catch (thrown) {
      const error = errorData(thrown);
      return error.code === "cancelled" ? undefined : error;
    } finally {
      busy.dispose();
    }
  });
}

function phaseWords({ phase, done, total }: ImportProgress): string {
  const share = total === 0 ? "" : `${megabytes(done)} of ${megabytes(total)}`;
  switch (phase) {
    case "asking":
      return "asking where it is …";
    case "waiting":
      return `another window does the same; waiting for it … ${share}`;
    case "fetching":
      return share === "" ? "fetching …" : share;
    case "building":
      return "building it …";
    case "trying":
      return "trying it …";
  }
}

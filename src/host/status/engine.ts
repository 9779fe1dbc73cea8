import * as vscode from "vscode";

import type { EncoderInfo } from "../../protocol/engine.ts";
import type { EmbedErrorData } from "../../protocol/errors.ts";
import { createEngineClient, type EngineClient } from "../../process/engineClient.ts";
import { installedIn } from "../../process/installation.ts";
import type { SupervisedState } from "../../process/supervisor.ts";
import { COMMANDS, SETTINGS } from "../contributions.ts";

export interface Engine {
  readonly client: EngineClient;
  readonly onDidChangeEncoder: vscode.Event<EncoderInfo>;
  readonly onDidRestart: vscode.Event<void>;
  /** Work of which the status bar tells; returns how to end it. */
  begin(what: string): vscode.Disposable;
}

/** The engine with its log, its status bar item and its commands. */
export function createEngine(context: vscode.ExtensionContext): Engine {
  const settings = vscode.workspace.getConfiguration(SETTINGS.section);
  const log = vscode.window.createOutputChannel("Compare Embeddings", { log: true });
  const encoderChanged = new vscode.EventEmitter<EncoderInfo>();
  const restarted = new vscode.EventEmitter<void>();
  const status = vscode.window.createStatusBarItem("compareEmbeddings.engine", vscode.StatusBarAlignment.Right, 50);
  status.name = "Compare Embeddings Engine";
  status.command = COMMANDS.showLog;
  const work = new Set<string>();
  let state: SupervisedState = "stopped";

  const show = (): void => {
    const [current] = work;
    const icon = state === "failed" ? "$(error)" : current !== undefined || state === "starting" ? "$(loading~spin)" : "$(table)";
    status.text = `${icon} Embeddings`;
    const words = { stopped: "not running; it starts when needed", starting: "starting", ready: "ready", failed: "failed" }[
      state
    ];
    const tooltip = new vscode.MarkdownString(
      `Engine: ${current ?? words}\n\n[Show log](command:${COMMANDS.showLog}) · [Restart](command:${COMMANDS.restartEngine})`,
    );
    tooltip.isTrusted = { enabledCommands: [COMMANDS.showLog, COMMANDS.restartEngine] };
    status.tooltip = tooltip;
    status.backgroundColor = state === "failed" ? new vscode.ThemeColor("statusBarItem.errorBackground") : undefined;
    status.show();
  };

  const giveUp = (error: EmbedErrorData): void => {
    log.error(error.message);
    void vscode.window.showErrorMessage(`${error.message} ${error.hint ?? ""}`, "Restart Engine", "Show Log").then((choice) => {
      if (choice === "Restart Engine") void vscode.commands.executeCommand(COMMANDS.restartEngine);
      if (choice === "Show Log") log.show();
    });
  };

  const installation = installedIn(context.extensionUri.fsPath);
  const workers = settings.get<number | null>(SETTINGS.workers);
  const client = createEngineClient({
    program: installation.engine,
    hello: {
      ...installation.parts,
      ...(typeof workers === "number" ? { workers } : {}),
    },
    nodePath: nonEmpty(settings.get<string>(SETTINGS.node)),
    onLog: (level, message) => {
      log[level](message);
    },
    onState: (next, how) => {
      state = next;
      log.info(`engine ${next}${how === undefined ? "" : ` (${how})`}`);
      show();
    },
    onEncoderChanged: (encoder) => {
      encoderChanged.fire(encoder);
    },
    onGaveUp: giveUp,
  });

  show();
  context.subscriptions.push(
    log,
    status,
    client,
    encoderChanged,
    restarted,
    vscode.commands.registerCommand(COMMANDS.showLog, () => {
      log.show();
    }),
    vscode.commands.registerCommand(COMMANDS.restartEngine, () => {
      client.restart();
      restarted.fire();
    }),
  );
  return {
    client,
    onDidChangeEncoder: encoderChanged.event,
    onDidRestart: restarted.event,
    begin: (what) => {
      work.add(what);
      show();
      return new vscode.Disposable(() => {
        work.delete(what);
        show();
      });
    },
  };
}

const nonEmpty = (text: string | undefined): string | undefined => (text === "" ? undefined : text);

import * as vscode from "vscode";

import type { EncoderInfo } from "../../protocol/engine.ts";
import { errorWords, type EmbedErrorData } from "../../protocol/errors.ts";
import { createEngineClient, type EngineClient } from "../../process/engineClient.ts";
import { installedIn } from "../../process/installation.ts";
import type { SupervisedState } from "../../process/supervisor.ts";
import type { IndexStatus } from "../../protocol/workspace.ts";
import { userEncoders } from "../addEncoder/userEncoders.ts";
import { COMMANDS, SETTINGS } from "../contributions.ts";
import { consentsOf } from "../remote/consents.ts";
import { createStatusItem, type Notice } from "./statusItem.ts";

export interface Engine {
  readonly client: EngineClient;
  readonly onDidChangeEncoder: vscode.Event<EncoderInfo>;
  readonly onDidRestart: vscode.Event<void>;
  readonly onDidChangeIndex: vscode.Event<IndexStatus>;
  /** `stopped` and `failed`: whatever the process knew is gone. */
  readonly onDidChangeState: vscode.Event<SupervisedState>;
  /** What the index has to say in the status bar; undefined when nothing. */
  setNotice(notice: Notice | undefined): void;
  /** Work of which the status bar tells; returns how to end it. */
  begin(what: string): vscode.Disposable;
}

/** The engine with its log, its status bar item and its commands. */
export function createEngine(context: vscode.ExtensionContext): Engine {
  const settings = vscode.workspace.getConfiguration(SETTINGS.section);
  const log = vscode.window.createOutputChannel("Compare Embeddings", { log: true });
  const encoderChanged = new vscode.EventEmitter<EncoderInfo>();
  const restarted = new vscode.EventEmitter<void>();
  const indexChanged = new vscode.EventEmitter<IndexStatus>();
  const stateChanged = new vscode.EventEmitter<SupervisedState>();
  const status = createStatusItem();
  const work = new Set<string>();
  const giveUp = (error: EmbedErrorData): void => {
    log.error(error.message);
    void vscode.window.showErrorMessage(errorWords(error), "Restart Engine", "Show Log").then((choice) => {
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
      encoderFolders: [...installation.parts.encoderFolders, userEncoders()],
      ...(typeof workers === "number" ? { workers } : {}),
    },
    remoteAccess: () => consentsOf(context).access(),
    nodePath: nonEmpty(settings.get<string>(SETTINGS.node)),
    onLog: (level, message) => {
      log[level](message);
    },
    onState: (next, how) => {
      log.info(`engine ${next}${how === undefined ? "" : ` (${how})`}`);
      status.setState(next);
      stateChanged.fire(next);
    },
    onEncoderChanged: (encoder) => {
      encoderChanged.fire(encoder);
    },
    onIndexChanged: (index) => {
      indexChanged.fire(index);
    },
    onGaveUp: giveUp,
  });

  const showWork = (): void => {
    status.setWork(work.values().next().value);
  };
  context.subscriptions.push(
    log,
    status,
    client,
    indexChanged,
    stateChanged,
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
    onDidChangeIndex: indexChanged.event,
    onDidChangeState: stateChanged.event,
    setNotice: (notice) => {
      status.setNotice(notice);
    },
    begin: (what) => {
      work.add(what);
      showWork();
      return new vscode.Disposable(() => {
        work.delete(what);
        showWork();
      });
    },
  };
}

const nonEmpty = (text: string | undefined): string | undefined => (text === "" ? undefined : text);

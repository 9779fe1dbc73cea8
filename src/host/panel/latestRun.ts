import * as vscode from "vscode";

import type { Disposable } from "../../core/base/disposable.ts";
import { errorData, type EmbedErrorData } from "../../protocol/errors.ts";
import type { Engine } from "../status/engine.ts";

/** One run of what a panel shows. */
export interface Run<Message> {
  readonly revision: number;
  readonly token: vscode.CancellationToken;
  /** false once another has begun. */
  readonly isLatest: () => boolean;
  /** Tells the page; who is not the latest any more is not heard. */
  readonly tell: (message: Message) => void;
}

export interface LatestRun<Message> extends Disposable {
  /** Of the latest run; 0 before the first one. */
  readonly revision: number;
  /** Whether there is a page to tell anything. */
  readonly pageIsUp: boolean;
  /** Begins anew and cancels what was under way. Does not reject: the page is told what failed. */
  start(): Promise<void>;
  cancel(): void;
  /** A page that comes up knows nothing, also one that was hidden: it is told the latest run again, or the first one begins. */
  pageUp(): Promise<void>;
  tell(message: Message): void;
  /** Changes what a page that comes up later is told. */
  amend(change: (message: Message | Failed) => Message | Failed): void;
}

export interface Failed {
  readonly type: "failed";
  readonly revision: number;
  readonly error: EmbedErrorData;
}

export interface LatestRunParts<Message> {
  readonly engine: Engine;
  readonly page: vscode.Webview;
  /** What is under way, for people. */
  readonly name: () => string;
  /** Its first message is of type `begin`; what it rejects with is told as `failed`. */
  readonly run: (run: Run<Message>) => Promise<void>;
  /** Called when a run is over, whichever way. */
  readonly onDidEnd?: () => void;
}

/** Runs again and again what a panel shows. Latest wins: older runs fall silent. */
export function latestRun<Message extends { readonly type: string }>({
  engine,
  page,
  name,
  run,
  onDidEnd,
}: LatestRunParts<Message>): LatestRun<Message> {
  let revision = 0;
  let running: vscode.CancellationTokenSource | undefined;
  let pageIsUp = false;
  /** All messages of the latest run. Progress is of the moment. */
  let told: (Message | Failed)[] = [];

  const tell = (message: Message | Failed): void => {
    if (message.type === "begin") told = [];
    if (message.type !== "progress") told.push(message);
    if (pageIsUp) void page.postMessage(message);
  };

  const start = async (): Promise<void> => {
    running?.cancel();
    const source = new vscode.CancellationTokenSource();
    running = source;
    const mine = ++revision;
    const isLatest = (): boolean => mine === revision;
    const tellIfLatest = (message: Message | Failed): void => {
      if (isLatest()) tell(message);
    };
    const busy = engine.begin(name());
    try {
      await run({ revision: mine, token: source.token, isLatest, tell: tellIfLatest });
    } catch (error) {
      tellIfLatest({ type: "failed", revision: mine, error: errorData(error) });
    } finally {
      busy.dispose();
      if (running === source) running = undefined;
      source.dispose();
      onDidEnd?.();
    }
  };

  // What a restart interrupts begins again: who restarts the engine wants an answer, not an error.
  const restarts = engine.onDidRestart(() => {
    if (running !== undefined) void start();
  });
  return {
    get revision() {
      return revision;
    },
    get pageIsUp() {
      return pageIsUp;
    },
    start,
    cancel: () => running?.cancel(),
    async pageUp() {
      pageIsUp = true;
      if (told.length === 0) await start();
      else for (const message of told) void page.postMessage(message);
    },
    tell,
    amend(change) {
      told = told.map(change);
    },
    dispose() {
      // What is still under way has nobody to tell it to.
      pageIsUp = false;
      revision++;
      running?.cancel();
      restarts.dispose();
    },
  };
}

import * as vscode from "vscode";

import type { Disposable } from "../../core/base/disposable.ts";
import type { EngineRequestOptions } from "../../process/engineClient.ts";
import type { RequestContract } from "../../protocol/contract.ts";
import { MAX_DEATHS, WINDOW_MS } from "../../process/restartPolicy.ts";
import { errorData, noWorkspace, processGaveUp } from "../../protocol/errors.ts";
import {
  clearIndex,
  controlIndexing,
  openWorkspace,
  setPace,
  startIndexing,
  type IndexStatus,
} from "../../protocol/workspace.ts";
import { CONTEXT_KEYS, SETTINGS } from "../contributions.ts";
import type { Encoders } from "../encoders/encoders.ts";
import { complain } from "../status/complain.ts";
import type { Engine } from "../status/engine.ts";
import { watchChanges } from "./changes.ts";
import type { Phase } from "./indexRows.ts";
import { changesPace, changesWorkspace, localFolders, pace, workspaceParams } from "./indexSettings.ts";

/** The index of this window's workspace. */
export interface WorkspaceIndex extends Disposable {
  /** As last heard; undefined until the index was opened. */
  readonly status: IndexStatus | undefined;
  readonly phase: Phase;
  /** Fires when status or phase change. */
  readonly onDidChange: vscode.Event<undefined>;
  /** Fires when indexing has come to its end: all that was to be taken in is. */
  readonly onDidSettle: vscode.Event<undefined>;
  /** Goes on as this workspace was left: with indexing if it was on. */
  resumeWhatWas(): void;
  /** Opens an index that is there, so that it can be looked at; in silence, and without making one. */
  look(): void;
  /** Asks the engine something about the open index, opening it if need be. Rejects with an EmbedError. */
  ask<P, R>(contract: RequestContract<P, R>, params: P, options?: EngineRequestOptions): Promise<R>;
  /** Indexes from now on, also after a reload; answers when all is taken in. */
  start(): Promise<void>;
  pause(): Promise<void>;
  stop(): Promise<void>;
  clear(): Promise<void>;
}

/** What the user asked for last; nothing is indexed before. */
const WISH = "index.wish";
type Wish = "on" | "paused" | "stopped";
/** Taking in an edit is over sooner than this, and is not worth a change of icons. */
const BRIEF_MS = 700;

export function createWorkspaceIndex(context: vscode.ExtensionContext, engine: Engine, encoders: Encoders): WorkspaceIndex {
  const changed = new vscode.EventEmitter<undefined>();
  const settled = new vscode.EventEmitter<undefined>();
  let status: IndexStatus | undefined;
  let opened: Promise<IndexStatus> | undefined;
  let watching: vscode.Disposable | undefined;
  let wish = context.workspaceState.get<Wish>(WISH);
  /** Counts starts: what an older one says at its end means nothing. */
  let turn = 0;
  let running = false;
  let activeSince: number | undefined;
  /** Encoders of the last start. */
  let indexed = "";

  const phase = (): Phase => {
    if (localFolders().length === 0) return "unavailable";
    if (wish === "paused" || wish === "stopped") return wish;
    if (wish === undefined) return status !== undefined && status.files > 0 ? "stopped" : "none";
    return running || (activeSince !== undefined && performance.now() - activeSince > BRIEF_MS) ? "busy" : "idle";
  };
  let shownPhase: Phase | undefined;
  const tell = (): void => {
    const wasActive = activeSince !== undefined;
    const active = wish === "on" && (running || status?.state === "scanning" || status?.state === "embedding");
    activeSince = active ? (activeSince ?? performance.now()) : undefined;
    const now = phase();
    if (now !== shownPhase) void vscode.commands.executeCommand("setContext", CONTEXT_KEYS.indexState, now);
    shownPhase = now;
    changed.fire(undefined);
    if (wasActive && !active) settled.fire(undefined);
  };
  const hear = (next: IndexStatus): void => {
    status = next;
    tell();
    // A start that was still on its way when the user paused or stopped knows nothing of it: it is told again.
    if (next.state === "scanning" || next.state === "embedding") {
      if (wish === "paused") say("pause");
      if (wish === "stopped") say("stop");
    }
  };
  const say = (action: "pause" | "stop"): void => {
    engine.client.request(controlIndexing, { action }).catch(() => undefined);
  };
  const setWish = async (next: Wish | undefined): Promise<void> => {
    wish = next;
    tell();
    await context.workspaceState.update(WISH, next);
  };

  const open = (): Promise<IndexStatus> => {
    opened ??= (async () => {
      const params = workspaceParams(context);
      if (params === undefined) throw noWorkspace(vscode.workspace.workspaceFolders !== undefined);
      const answer = await engine.client.request(openWorkspace, params);
      await engine.client.request(setPace, pace());
      watching?.dispose();
      watching = watchChanges(engine.client);
      hear(answer);
      return answer;
    })();
    const mine = opened;
    mine.catch(() => {
      if (opened === mine) opened = undefined;
    });
    return mine;
  };

  /** Rejects unless a newer start took over, which then answers for both. */
  const run = async (): Promise<void> => {
    const mine = ++turn;
    running = true;
    tell();
    try {
      await open();
      const chosen = await encoders.chosen();
      indexed = chosen.join();
      const answer = engine.client.request(startIndexing, { encoders: chosen.map((id) => ({ id })) });
      // Started all the same: who looks at a paused index wants to see what each encoder covers.
      if (wish === "paused") say("pause");
      const result = await answer;
      if (mine === turn) status = result.status;
    } catch (error) {
      // A dead engine is started again by `onDidChangeState`, or has said that it gives up.
      const { code } = errorData(error);
      if (mine === turn && !["cancelled", "processEnded", "processGaveUp"].includes(code)) throw error;
    } finally {
      if (mine === turn) {
        running = false;
        tell();
      }
    }
  };
  /** Indexing that nobody waits for: says once why it ended. */
  const runByItself = (): void => {
    run().catch(complain);
  };

  /** As the workspace is now: other folders, other exclusions. */
  const reopen = (): void => {
    opened = undefined;
    if (wish === "on" || wish === "paused") runByItself();
    else open().catch(complain);
  };

  const subscriptions = [
    changed,
    settled,
    engine.onDidChangeIndex(hear),
    engine.onDidChangeState((state) => {
      if (state !== "stopped" && state !== "failed") return;
      const was = opened;
      opened = undefined;
      running = false;
      watching?.dispose();
      watching = undefined;
      // Pending starts are void; what was going on goes on in the next engine.
      turn++;
      if (state === "stopped" && was !== undefined && (wish === "on" || wish === "paused")) runByItself();
      else tell();
      if (state === "failed" && wish === "on") complain(processGaveUp("engine", MAX_DEATHS, WINDOW_MS / 60_000));
    }),
    encoders.onDidChange(() => {
      if (opened === undefined || indexed === "") return;
      void encoders.chosen().then(
        (chosen) => {
          if ((wish === "on" || wish === "paused") && chosen.join() !== indexed) runByItself();
        },
        () => undefined,
      );
    }),
    vscode.workspace.onDidChangeConfiguration((event) => {
      if (opened === undefined) return;
      if (changesWorkspace(event)) reopen();
      else if (changesPace(event)) engine.client.request(setPace, pace()).catch(() => undefined);
    }),
    vscode.workspace.onDidChangeWorkspaceFolders(() => {
      if (opened === undefined) tell();
      else reopen();
    }),
  ];

  return {
    get status() {
      return status;
    },
    get phase() {
      return phase();
    },
    onDidChange: changed.event,
    onDidSettle: settled.event,
    resumeWhatWas() {
      const automatic = vscode.workspace.getConfiguration(SETTINGS.section).get<boolean>(SETTINGS.indexAutomatic, false);
      if (wish === undefined && automatic && vscode.workspace.isTrusted) wish = "on";
      tell();
      // An index that is paused or stopped needs no engine before somebody looks at it or searches.
      if (wish === "on" && phase() !== "unavailable") runByItself();
    },
    look() {
      if (opened !== undefined || phase() === "unavailable") return;
      if (wish === "paused") runByItself();
      else if (wish === "stopped") open().catch(() => undefined);
    },
    async ask(contract, params, options) {
      await open();
      return engine.client.request(contract, params, options);
    },
    async start() {
      if (phase() === "unavailable") throw noWorkspace(vscode.workspace.workspaceFolders !== undefined);
      const paused = wish === "paused" && running;
      await setWish("on");
      if (paused) hear(await engine.client.request(controlIndexing, { action: "resume" }));
      else await run();
    },
    async pause() {
      await setWish("paused");
      if (opened !== undefined) hear(await engine.client.request(controlIndexing, { action: "pause" }));
    },
    async stop() {
      await setWish("stopped");
      if (opened !== undefined) hear(await engine.client.request(controlIndexing, { action: "stop" }));
    },
    async clear() {
      await open();
      await setWish(undefined);
      await engine.client.request(controlIndexing, { action: "stop" });
      hear(await engine.client.request(clearIndex, null));
      settled.fire(undefined);
    },
    dispose() {
      watching?.dispose();
      for (const subscription of subscriptions) subscription.dispose();
    },
  };
}

import type { CancellationToken } from "../core/base/cancellation.ts";
import type { Disposable } from "../core/base/disposable.ts";
import type { NotificationContract, RequestContract } from "../protocol/contract.ts";
import {
  encoderChanged,
  gaveUp,
  hello,
  log,
  progress,
  PROTOCOL_VERSION,
  type EncoderInfo,
  type HelloParams,
  type HelloResult,
  type Progress,
} from "../protocol/engine.ts";
import { versionMismatch, type EmbedErrorData } from "../protocol/errors.ts";
import { allowRemote, type AllowRemoteParams } from "../protocol/remote.ts";
import { indexChanged, type IndexStatus } from "../protocol/workspace.ts";
import { startChild } from "./childProcess.ts";
import { Supervisor, type SupervisedState } from "./supervisor.ts";

export interface EngineClientOptions {
  /** The engine's program, absolute. */
  readonly program: string;
  readonly hello: Omit<HelloParams, "protocol">;
  /** Another Node to run the engine and its encoder processes on. */
  readonly nodePath?: string | undefined;
  /** Servers that texts may be sent to: each new process is told before it is asked anything. Absent: none. */
  readonly remoteAccess?: () => Promise<AllowRemoteParams>;
  readonly onLog?: (level: "debug" | "info" | "warn" | "error", message: string) => void;
  readonly onState?: (state: SupervisedState, how?: string) => void;
  readonly onEncoderChanged?: (encoder: EncoderInfo) => void;
  readonly onIndexChanged?: (status: IndexStatus) => void;
  /** The encoder processes died too often; once until {@link EngineClient.restart}. */
  readonly onGaveUp?: (error: EmbedErrorData) => void;
}

export interface EngineRequestOptions {
  readonly token?: CancellationToken | undefined;
  readonly onProgress?: ((progress: Progress) => void) | undefined;
}

/** The engine as its users see it: requests that settle, a state, a restart. The process starts with the first request. */
export interface EngineClient extends Disposable {
  readonly state: SupervisedState;
  request<P, R>(contract: RequestContract<P, R>, params: P, options?: EngineRequestOptions): Promise<R>;
  /** Says something that needs no answer; nobody hears it when no engine is running. */
  notify<P>(contract: NotificationContract<P>, params: P): void;
  /** Ends the process; pending requests are rejected and the next one starts a new process. */
  restart(): void;
}

export function createEngineClient(options: EngineClientOptions): EngineClient {
  const listeners = new Map<string, (progress: Progress) => void>();
  let lastToken = 0;
  const supervisor = new Supervisor<HelloResult>({
    name: "engine",
    start: () =>
      startChild({
        name: "engine",
        program: options.program,
        nodePath: options.nodePath,
        // Node calls its SQLite experimental with every start; whoever reads the log can do nothing about it.
        env: { NODE_NO_WARNINGS: "1" },
        onLog: (line) => options.onLog?.("warn", line),
      }),
    handshake: async (rpc) => {
      rpc.onNotification(log, ({ level, message }) => options.onLog?.(level, message));
      rpc.onNotification(encoderChanged, (encoder) => options.onEncoderChanged?.(encoder));
      rpc.onNotification(indexChanged, (status) => options.onIndexChanged?.(status));
      rpc.onNotification(gaveUp, (error) => options.onGaveUp?.(error));
      rpc.onNotification(progress, (note) => listeners.get(note.token)?.(note.progress));
      const result = await rpc.request(hello, { protocol: PROTOCOL_VERSION, ...options.hello });
      if (result.protocol !== PROTOCOL_VERSION) throw versionMismatch(PROTOCOL_VERSION, result.protocol);
      if (options.remoteAccess !== undefined) await rpc.request(allowRemote, await options.remoteAccess());
      return result;
    },
    ...(options.onState === undefined ? {} : { onState: options.onState }),
  });

  return {
    get state() {
      return supervisor.state;
    },
    async request(contract, params, { token, onProgress } = {}) {
      const { rpc } = await supervisor.ready();
      if (onProgress === undefined) return rpc.request(contract, params, token);
      const progressToken = String(++lastToken);
      listeners.set(progressToken, onProgress);
      try {
        return await rpc.request(contract, { ...params, progressToken }, token);
      } finally {
        listeners.delete(progressToken);
      }
    },
    notify(contract, params) {
      if (supervisor.state !== "ready") return;
      supervisor.ready().then(
        ({ rpc }) => {
          rpc.notify(contract, params);
        },
        () => undefined,
      );
    },
    restart: () => {
      supervisor.restart();
    },
    dispose: () => {
      supervisor.dispose();
    },
  };
}

import os from "node:os";

import {
  encode,
  encodeAll,
  hello,
  load,
  tokenize,
  type EncodeAllParams,
  type EncodeParams,
  type EncodeResult,
  type LoadedModel,
  type ModelKey,
  type TokenizeParams,
} from "../protocol/encoder.ts";
import { PROTOCOL_VERSION } from "../protocol/engine.ts";
import { cancelled, deadlineExceeded, EmbedError, versionMismatch, type EmbedErrorData } from "../protocol/errors.ts";
import type { CancellationToken } from "../core/base/cancellation.ts";
import type { Disposable } from "../core/base/disposable.ts";
import { startChild, type RunningChild } from "../process/childProcess.ts";
import { Supervisor, type Ready } from "../process/supervisor.ts";

export type Priority = "interactive" | "background";

/** Encoder processes, one per core, and what waits for them. Interactive work overtakes background work between units. */
export interface EncoderPool extends Disposable {
  readonly workers: number;
  /** How many processes background work may have at once; all of them unless set. */
  backgroundWorkers: number;
  /** Version of ONNX Runtime, once a process told it. */
  readonly runtime: string;
  encode(params: EncodeParams, priority: Priority, token: CancellationToken): Promise<EncodeResult>;
  /** Several models on the same texts, in one process one after the other: a text is tokenised once per tokenizer. */
  encodeAll(params: EncodeAllParams, priority: Priority, token: CancellationToken): Promise<readonly EncodeResult[]>;
  load(model: ModelKey): Promise<LoadedModel>;
  tokenize(params: TokenizeParams): Promise<readonly (readonly number[])[]>;
}

export interface PoolOptions {
  readonly program: string;
  readonly workers: number;
  readonly onLog: (line: string) => void;
  /** Called once when a process died too often. */
  readonly onGaveUp: (error: EmbedErrorData) => void;
  /** Least time a unit is given; tests shorten it. */
  readonly deadlineMs?: number;
}

/** Any unit gets this long: opening a large model on a slow disk is the longest of honest work. */
const DEADLINE_MS = 30_000;
/** And this much more for each character: some fifty times what a slow machine needs. */
const DEADLINE_MS_PER_CHARACTER = 1;

interface Job {
  readonly priority: Priority;
  readonly characters: number;
  readonly token: CancellationToken | undefined;
  readonly send: (process: Ready<string>) => Promise<unknown>;
  readonly resolve: (value: unknown) => void;
  readonly reject: (error: unknown) => void;
  attempts: number;
}

/** A unit whose process died is tried once more, on whatever process is free. */
const MAX_ATTEMPTS = 2;

export function createPool(options: PoolOptions): EncoderPool {
  let runtime = "";
  let toldGaveUp = false;
  let backgroundWorkers = options.workers;
  let backgroundRunning = 0;
  const waiting: Job[] = [];
  const workers = Array.from({ length: options.workers }, (_, index) => {
    const name = `encoder ${index + 1}`;
    const supervisor = new Supervisor<string>({
      name,
      start: () => startPolitely(name, options),
      handshake: async (rpc) => {
        const answer = await rpc.request(hello, { protocol: PROTOCOL_VERSION });
        if (answer.protocol !== PROTOCOL_VERSION) throw versionMismatch(PROTOCOL_VERSION, answer.protocol);
        runtime = answer.runtime;
        return answer.runtime;
      },
      onState: (state, how) => {
        if (how !== undefined) options.onLog(`${name} ended: ${how}`);
        if (state !== "failed") return;
        supervisor.ready().catch((error: unknown) => {
          if (!(error instanceof EmbedError) || toldGaveUp) return;
          toldGaveUp = true;
          options.onGaveUp(error.data);
        });
      },
    });
    return { supervisor, busy: false };
  });

  const add = <T>(
    priority: Priority,
    characters: number,
    token: CancellationToken | undefined,
    send: (process: Ready<string>) => Promise<T>,
  ) =>
    new Promise<T>((resolve, reject) => {
      if (token?.isCancellationRequested === true) {
        reject(cancelled());
        return;
      }
      const job: Job = { priority, characters, token, send, resolve: resolve as (value: unknown) => void, reject, attempts: 0 };
      token?.onCancellationRequested(() => {
        // The caller is answered at once; a unit under way ends by itself, and what it gives is dropped.
        const at = waiting.indexOf(job);
        if (at >= 0) waiting.splice(at, 1);
        reject(cancelled());
      });
      waiting.push(job);
      pump();
    });

  function pump(): void {
    for (const worker of workers) {
      if (worker.busy || waiting.length === 0) continue;
      const urgent = waiting.findIndex(({ priority }) => priority === "interactive");
      if (urgent < 0 && backgroundRunning >= backgroundWorkers) return;
      const [job] = waiting.splice(Math.max(0, urgent), 1);
      const background = job!.priority === "background" ? 1 : 0;
      worker.busy = true;
      backgroundRunning += background;
      void run(worker.supervisor, job!).finally(() => {
        worker.busy = false;
        backgroundRunning -= background;
        pump();
      });
    }
  }

  async function run(supervisor: Supervisor<string>, job: Job): Promise<void> {
    job.attempts++;
    const overdue = new AbortController();
    const seconds = ((options.deadlineMs ?? DEADLINE_MS) + job.characters * DEADLINE_MS_PER_CHARACTER) / 1000;
    let timer: NodeJS.Timeout | undefined;
    try {
      const process = await supervisor.ready();
      timer = setTimeout(() => {
        overdue.abort();
        process.child.kill();
      }, seconds * 1000);
      job.resolve(await job.send(process));
    } catch (error) {
      const died = error instanceof EmbedError && error.data.code === "processEnded";
      if (overdue.signal.aborted) job.reject(deadlineExceeded("The encoder", seconds));
      else if (died && job.attempts < MAX_ATTEMPTS && job.token?.isCancellationRequested !== true) waiting.unshift(job);
      else job.reject(error);
    } finally {
      clearTimeout(timer);
    }
  }

  return {
    workers: workers.length,
    get backgroundWorkers() {
      return backgroundWorkers;
    },
    set backgroundWorkers(count) {
      backgroundWorkers = Math.max(1, Math.min(count, workers.length));
      pump();
    },
    get runtime() {
      return runtime;
    },
    encode: (params, priority, token) => {
      const characters = params.texts.reduce((sum, text) => sum + text.length, 0);
      return add(priority, characters, token, ({ rpc }) => rpc.request(encode, params, token));
    },
    encodeAll: (params, priority, token) => {
      const characters = params.uses.length * params.texts.reduce((sum, text) => sum + text.length, 0);
      return add(priority, characters, token, ({ rpc }) => rpc.request(encodeAll, params, token));
    },
    load: (model) => add("interactive", 0, undefined, ({ rpc }) => rpc.request(load, model)),
    tokenize: (params) => add("interactive", 0, undefined, ({ rpc }) => rpc.request(tokenize, params)),
    dispose: () => {
      for (const { supervisor } of workers) supervisor.dispose();
      for (const job of waiting.splice(0)) job.reject(cancelled());
    },
  };
}

/** Encoding takes what the editor leaves: it must never make typing slow. */
function startPolitely(name: string, { program, onLog }: PoolOptions): RunningChild {
  const child = startChild({ name, program, onLog });
  try {
    os.setPriority(child.pid, os.constants.priority.PRIORITY_BELOW_NORMAL);
  } catch {
    // Some systems do not let processes be ranked; then they are equals.
  }
  return child;
}

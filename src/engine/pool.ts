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
  type HeadSettings,
  type LoadedModel,
  type ModelKey,
  type TokenizeParams,
} from "../protocol/encoder.ts";
import { PROTOCOL_VERSION } from "../protocol/engine.ts";
import { cancelled, EmbedError, versionMismatch, type EmbedErrorData } from "../protocol/errors.ts";
import type { CancellationToken } from "../core/base/cancellation.ts";
import type { Disposable } from "../core/base/disposable.ts";
import { createBlame } from "./blame.ts";
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
  load(model: ModelKey, head?: HeadSettings): Promise<LoadedModel>;
  tokenize(params: TokenizeParams): Promise<readonly (readonly number[])[]>;
}

export interface PoolOptions {
  readonly program: string;
  readonly workers: number;
  readonly onLog: (line: string) => void;
  /** Called once when a process died too often by itself: not by what a model did to it. */
  readonly onGaveUp: (error: EmbedErrorData) => void;
  /** Least time a unit is given; tests shorten it. */
  readonly deadlineMs?: number;
}

/** Any unit gets this long, whatever it holds. */
const DEADLINE_MS = 30_000;
/** Opening a model of two gigabytes from a slow disk is the longest of honest work. */
const OPENING_MS = 180_000;
/** And this much more for each character: some fifty times what a slow machine needs. */
const DEADLINE_MS_PER_CHARACTER = 1;

/** What is asked of a process, and of which models. */
interface Work<T> {
  readonly models: readonly ModelKey[];
  /** Only opens the model, so that no text can be to blame. */
  readonly opening: boolean;
  readonly characters: number;
  readonly send: (process: Ready<string>) => Promise<T>;
}

interface Job extends Work<unknown> {
  readonly priority: Priority;
  readonly token: CancellationToken | undefined;
  readonly resolve: (value: unknown) => void;
  readonly reject: (error: unknown) => void;
  attempts: number;
}

interface Worker {
  readonly supervisor: Supervisor<string>;
  busy: boolean;
  /** A unit was sent to it. */
  working: boolean;
}

/** A unit whose process died is tried once more, on whatever process is free. */
const MAX_ATTEMPTS = 2;

export function createPool(options: PoolOptions): EncoderPool {
  let runtime = "";
  let toldGaveUp = false;
  let backgroundWorkers = options.workers;
  let backgroundRunning = 0;
  let disposed = false;
  const waiting: Job[] = [];
  const blame = createBlame();
  const workers = Array.from({ length: options.workers }, (_, index): Worker => {
    const name = `encoder ${index + 1}`;
    const worker = { busy: false, working: false };
    const supervisor = new Supervisor<string>({
      name,
      start: () => startPolitely(name, options),
      handshake: async (rpc) => {
        const answer = await rpc.request(hello, { protocol: PROTOCOL_VERSION });
        if (answer.protocol !== PROTOCOL_VERSION) throw versionMismatch(PROTOCOL_VERSION, answer.protocol);
        runtime = answer.runtime;
        return answer.runtime;
      },
      // What it had to run ended it; that it can be started is known.
      isExcused: () => worker.working,
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
    return Object.assign(worker, { supervisor });
  });

  const add = <T>(work: Work<T>, priority: Priority, token?: CancellationToken) =>
    new Promise<T>((resolve, reject) => {
      if (token?.isCancellationRequested === true) {
        reject(cancelled());
        return;
      }
      const job: Job = { ...work, priority, token, resolve: resolve as (value: unknown) => void, reject, attempts: 0 };
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
      void run(worker, job!).finally(() => {
        worker.busy = false;
        backgroundRunning -= background;
        pump();
      });
    }
  }

  async function run(worker: Worker, job: Job): Promise<void> {
    const { models, opening, characters } = job;
    const guilty = blame.against(models);
    if (guilty !== undefined) {
      job.reject(guilty);
      return;
    }
    job.attempts++;
    const overdue = new AbortController();
    const seconds =
      ((options.deadlineMs ?? (opening ? OPENING_MS : DEADLINE_MS)) + characters * DEADLINE_MS_PER_CHARACTER) / 1000;
    let timer: NodeJS.Timeout | undefined;
    let process: Ready<string> | undefined;
    try {
      process = await worker.supervisor.ready();
      const { child } = process;
      timer = setTimeout(() => {
        overdue.abort();
        child.kill();
      }, seconds * 1000);
      worker.working = true;
      job.resolve(await job.send(process));
    } catch (error) {
      const died = error instanceof EmbedError && error.data.code === "processEnded";
      const stopped = disposed || job.token?.isCancellationRequested === true;
      if (overdue.signal.aborted) job.reject(blame.overdue(models, seconds, opening));
      else if (!died || stopped) job.reject(error);
      else if (job.attempts < MAX_ATTEMPTS) waiting.unshift(job);
      else if (process === undefined) job.reject(error);
      else job.reject(blame.died(models, await process.child.ended, opening));
    } finally {
      clearTimeout(timer);
      worker.working = false;
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
    encode: ({ model, texts, ...use }, priority, token) =>
      add(
        {
          models: [model],
          opening: false,
          characters: charactersOf(texts),
          send: ({ rpc }) => rpc.request(encode, { model, texts, ...use }, token),
        },
        priority,
        token,
      ),
    encodeAll: ({ uses, texts }, priority, token) =>
      add(
        {
          models: modelsOf(uses),
          opening: false,
          characters: uses.length * charactersOf(texts),
          send: ({ rpc }) => rpc.request(encodeAll, { uses, texts }, token),
        },
        priority,
        token,
      ),
    load: (model, head = {}) =>
      add(
        { models: [model], opening: true, characters: 0, send: ({ rpc }) => rpc.request(load, { model, head }) },
        "interactive",
      ),
    tokenize: (params) =>
      add(
        {
          models: [params.model],
          opening: false,
          characters: charactersOf(params.texts),
          send: ({ rpc }) => rpc.request(tokenize, params),
        },
        "interactive",
      ),
    dispose: () => {
      disposed = true;
      for (const { supervisor } of workers) supervisor.dispose();
      for (const job of waiting.splice(0)) job.reject(cancelled());
    },
  };
}

const charactersOf = (texts: readonly string[]): number => texts.reduce((sum, text) => sum + text.length, 0);

/** Each model once. */
const modelsOf = (uses: EncodeAllParams["uses"]): ModelKey[] => [
  ...new Map(uses.map(({ model }) => [`${model.precision} ${model.folder}`, model])).values(),
];

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

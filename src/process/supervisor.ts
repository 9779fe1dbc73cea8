import type { Disposable } from "../core/base/disposable.ts";
import { processEnded, processGaveUp } from "../protocol/errors.ts";
import type { RunningChild } from "./childProcess.ts";
import { freshPolicy, MAX_DEATHS, WINDOW_MS, type RestartPolicy } from "./restartPolicy.ts";
import type { Rpc } from "./rpc.ts";

export type SupervisedState = "stopped" | "starting" | "ready" | "failed";

export interface SupervisorOptions<Hello> {
  readonly name: string;
  readonly start: () => RunningChild;
  /** First words on the new channel; a rejection counts as a death. */
  readonly handshake: (rpc: Rpc) => Promise<Hello>;
  /** Asked at a death: whether it is owed to what the process was given to do, so that it does not count. */
  readonly isExcused?: () => boolean;
  readonly onState?: (state: SupervisedState, how?: string) => void;
}

export interface Ready<Hello> {
  readonly child: RunningChild;
  readonly rpc: Rpc;
  readonly hello: Hello;
}

/** Keeps one process available: starts it when first needed, again after a death, and gives up when it keeps dying. */
export class Supervisor<Hello> implements Disposable {
  readonly #options: SupervisorOptions<Hello>;
  #policy: RestartPolicy = freshPolicy();
  #state: SupervisedState = "stopped";
  #current: Promise<Ready<Hello>> | undefined;
  #child: RunningChild | undefined;
  /** Counts deliberate ends, so that an exit of an older process says nothing about the present one. */
  #generation = 0;
  #disposed = false;

  constructor(options: SupervisorOptions<Hello>) {
    this.#options = options;
  }

  get state(): SupervisedState {
    return this.#state;
  }

  /** The running process, started if need be. Rejects with `processGaveUp` once it died too often. */
  ready(): Promise<Ready<Hello>> {
    if (this.#disposed) return Promise.reject(processEnded(this.#options.name, "closed"));
    if (this.#state === "failed") return Promise.reject(this.#gaveUp());
    this.#current ??= this.#start();
    return this.#current;
  }

  /** Ends the process as if it had died: counts as a death, pending requests are rejected. */
  kill(): void {
    this.#child?.kill();
  }

  /** Forgets all deaths and ends the process; the next {@link ready} starts a new one. */
  restart(): void {
    this.#policy = freshPolicy();
    this.#end();
    this.#setState("stopped");
  }

  dispose(): void {
    this.#disposed = true;
    this.#end();
  }

  #end(): void {
    this.#generation++;
    this.#current = undefined;
    this.#child?.kill();
    this.#child?.rpc.dispose();
    this.#child = undefined;
  }

  async #start(): Promise<Ready<Hello>> {
    const generation = this.#generation;
    const delay = this.#policy.delayMs ?? 0;
    this.#setState("starting");
    if (delay > 0) await new Promise((resolve) => setTimeout(resolve, delay));
    if (generation !== this.#generation) throw processEnded(this.#options.name, "closed");
    const child = this.#options.start();
    this.#child = child;
    const death = child.ended.then((how) => {
      if (generation === this.#generation && this.#child === child) this.#died(how);
      return Promise.reject(processEnded(this.#options.name, how));
    });
    // Nobody may be waiting when it dies later.
    death.catch(() => undefined);
    try {
      const hello = await Promise.race([this.#options.handshake(child.rpc), death]);
      if (generation === this.#generation) this.#setState("ready");
      return { child, rpc: child.rpc, hello };
    } catch (error) {
      child.kill();
      await child.ended;
      throw error;
    }
  }

  #died(how: string): void {
    this.#child = undefined;
    this.#current = undefined;
    if (this.#options.isExcused?.() !== true) this.#policy = this.#policy.died(performance.now());
    this.#setState(this.#policy.delayMs === null ? "failed" : "stopped", how);
  }

  #gaveUp(): Error {
    return processGaveUp(this.#options.name, MAX_DEATHS, WINDOW_MS / 60_000);
  }

  #setState(state: SupervisedState, how?: string): void {
    if (this.#state === state) return;
    this.#state = state;
    this.#options.onState?.(state, how);
  }
}

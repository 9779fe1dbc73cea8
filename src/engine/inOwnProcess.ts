import { startChild } from "../process/childProcess.ts";
import type { RequestContract } from "../protocol/contract.ts";
import { cancelled, EmbedError } from "../protocol/errors.ts";

export interface OwnProcessOptions {
  /** For people: "builder". */
  readonly name: string;
  /** Absolute path of the program that answers. */
  readonly program: string;
  /** After so many milliseconds the process is ended. */
  readonly limitMs: number;
  /** What a process fails with that ends before it answers: "signal SIGKILL". */
  readonly onDeath: (how: string) => EmbedError;
  readonly signal: AbortSignal;
}

/** Asks one thing of a process that is started for it and ends with it: its memory goes, and it can be stopped at any moment. */
export async function inOwnProcess<P, R>(
  contract: RequestContract<P, R>,
  params: P,
  { name, program, limitMs, onDeath, signal }: OwnProcessOptions,
): Promise<R> {
  const child = startChild({ name, program, onLog: () => undefined });
  const stop = (): void => {
    child.kill();
  };
  signal.addEventListener("abort", stop, { once: true });
  const overdue = setTimeout(stop, limitMs);
  try {
    signal.throwIfAborted();
    return await child.rpc.request(contract, params);
  } catch (error) {
    if (signal.aborted) throw cancelled();
    if (error instanceof EmbedError && error.data.code === "processEnded") throw onDeath(await child.ended);
    throw error;
  } finally {
    clearTimeout(overdue);
    signal.removeEventListener("abort", stop);
    child.kill();
    await child.ended;
  }
}

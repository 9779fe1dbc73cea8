import { monitorEventLoopDelay } from "node:perf_hooks";
import { Worker } from "node:worker_threads";

/** The clock of the measurement ticks this often; a tick that comes in time reads as this much. */
const RESOLUTION_MS = 1;

export interface HostDelay {
  /** What an event had to wait in this thread at the 99.9th percentile, in ms. */
  readonly host: number;
  /** The same in a thread that did nothing: what the machine made everybody wait. */
  readonly idle: number;
  readonly ticks: number;
}

/** Measures until the returned function is called. */
export async function measureHostDelay(): Promise<() => Promise<HostDelay>> {
  const idle = new Worker(IDLE_THREAD, { eval: true, workerData: RESOLUTION_MS });
  await message(idle);
  const delay = monitorEventLoopDelay({ resolution: RESOLUTION_MS });
  delay.enable();
  return async () => {
    delay.disable();
    const answer = message(idle);
    idle.postMessage("end");
    const host = delay.percentile(PERCENTILE) / 1e6 - RESOLUTION_MS;
    return { host, idle: (await answer) / 1e6 - RESOLUTION_MS, ticks: delay.count };
  };
}

const PERCENTILE = 99.9;
const IDLE_THREAD = `
  const { parentPort, workerData } = require("node:worker_threads");
  const delay = require("node:perf_hooks").monitorEventLoopDelay({ resolution: workerData });
  delay.enable();
  parentPort.once("message", () => {
    delay.disable();
    parentPort.postMessage(delay.percentile(${String(PERCENTILE)}));
  });
  parentPort.postMessage(0);
`;

const message = (worker: Worker): Promise<number> =>
  new Promise((resolve, reject) => {
    worker.once("message", resolve);
    worker.once("error", reject);
  });

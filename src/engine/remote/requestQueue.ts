import type { Priority } from "../pool.ts";

/** Requests under way at once: enough to hide the way there and back, few enough for a server of one machine. */
const AT_ONCE = 4;

/** Lets a few works run at once; interactive ones overtake those of the background that wait. */
export function createRequestQueue(atOnce = AT_ONCE): <T>(priority: Priority, work: () => Promise<T>) => Promise<T> {
  const waiting: Record<Priority, (() => void)[]> = { interactive: [], background: [] };
  let running = 0;
  const leave = (): void => {
    const next = waiting.interactive.shift() ?? waiting.background.shift();
    // Who waited takes over the place, so that nobody who comes meanwhile can.
    if (next === undefined) running--;
    else next();
  };
  return async (priority, work) => {
    if (running < atOnce) running++;
    else
      await new Promise<void>((resolve) => {
        waiting[priority].push(resolve);
      });
    try {
      return await work();
    } finally {
      leave();
    }
  };
}

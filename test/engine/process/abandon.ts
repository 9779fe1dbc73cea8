/** Starts a child, tells its process id, leaves it hanging in a loop and dies without a word: see process.test.ts. */
import { startChild } from "../../../src/process/childProcess.ts";
import { hang, nothing } from "./talk.ts";

const child = startChild({
  name: "talkative",
  program: new URL("talkative.ts", import.meta.url).pathname,
  onLog: () => undefined,
});
await child.rpc.request(nothing, null);
if (process.argv[2] === "hanging") void child.rpc.request(hang, null).catch(() => undefined);
// The request must have left before this process ends.
setTimeout(() => {
  process.stdout.write(String(child.pid), () => {
    process.kill(process.pid, "SIGKILL");
  });
}, 100);

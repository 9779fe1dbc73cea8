/** A child for process.test.ts that answers, fails, hangs and tells what it sees. */
import fs from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";

import { badRequest, cancelled } from "../../../src/protocol/errors.ts";
import { connectToParent } from "../../../src/process/inChild.ts";
import { double, environment, fail, hang, nothing, wait, workingDirectory } from "./talk.ts";

const rpc = connectToParent();
rpc.onRequest(double, (values) => values.map((value) => 2 * value));
rpc.onRequest(nothing, () => null);
rpc.onRequest(fail, () => {
  throw badRequest("no such thing");
});
rpc.onRequest(hang, () => {
  for (;;);
});
rpc.onRequest(wait, async (_, token) => {
  const aborter = new AbortController();
  token.onCancellationRequested(() => {
    aborter.abort();
  });
  await sleep(60_000, null, { signal: aborter.signal }).catch(() => {
    throw cancelled();
  });
  return null;
});
rpc.onRequest(environment, () => Object.keys(process.env).sort());
rpc.onRequest(workingDirectory, () => ({ path: process.cwd(), entries: fs.readdirSync(process.cwd()) }));

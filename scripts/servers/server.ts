/** Real servers of embeddings for tests and trials: `node scripts/servers/server.ts infinity|mlserver` keeps one until Ctrl+C. */
import { spawn, type ChildProcess } from "node:child_process";
import { createHash } from "node:crypto";
import fs from "node:fs";
import os from "node:os";
import path from "node:path";
import { setTimeout as sleep } from "node:timers/promises";

import { cacheFolder } from "../../src/process/cacheFolder.ts";
import { freePort } from "../freePort.ts";
import { installOnce } from "../installOnce.ts";
import { onInterrupt } from "../onInterrupt.ts";
import { pipInstall, PYTHON } from "../python.ts";

/** infinity: OpenAI's `/embeddings`; mlserver: the Open Inference Protocol. */
export type ServerName = "infinity" | "mlserver";

export interface EmbeddingServer {
  /** What the protocol's paths are put behind. */
  readonly url: string;
  readonly pid: number;
  stop(): Promise<void>;
}

/** The key that infinity asks for. */
export const KEY = "sk-of-the-test";

/** Starts a server of all-MiniLM-L6-v2, called `minilm` there. Rejects with what this machine lacks. */
export async function startServer(name: ServerName): Promise<EmbeddingServer> {
  const site = installed();
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), "compare-embeddings-server-"));
  const port = await freePort();
  const origin = `http://127.0.0.1:${String(port)}`;
  const script = path.join(import.meta.dirname, "serve.py");
  const child = spawn(PYTHON, [script, name, MODEL, String(port), folder, KEY], {
    stdio: ["pipe", "pipe", "pipe"],
    env: {
      ...process.env,
      PYTHONPATH: [site, import.meta.dirname].join(path.delimiter),
      PYTHONDONTWRITEBYTECODE: "1",
      // Neither may tell anybody of this, nor look anything up.
      HF_HUB_OFFLINE: "1",
      INFINITY_ANONYMOUS_USAGE_STATS: "0",
    },
  });
  const stop = async (): Promise<void> => {
    await end(child);
    fs.rmSync(folder, { recursive: true, force: true });
  };
  try {
    await ready(name, child, `${origin}${HEALTH[name]}`);
  } catch (error) {
    await stop();
    throw error;
  }
  return { url: name === "infinity" ? `${origin}/v1` : origin, pid: child.pid!, stop };
}

/** Built by `npm run encoders`. */
const MODEL = path.resolve(import.meta.dirname, "../../models/all-MiniLM-L6-v2");
const HEALTH: Readonly<Record<ServerName, string>> = { infinity: "/health", mlserver: "/v2/models/untold/ready" };
/** Both servers and what they need, without torch. */
const REQUIREMENTS = path.join(import.meta.dirname, "requirements.txt");

/** Folder of the Python packages, installed into the cache if need be. */
function installed(): string {
  const stamp = createHash("sha256").update(fs.readFileSync(REQUIREMENTS)).digest("hex").slice(0, 12);
  const folder = path.join(cacheFolder(), `embedding-servers-${stamp}`);
  installOnce(folder, (part) => {
    console.error("Installing infinity and mlserver (some 130 MB, once)");
    pipInstall("The servers could not be installed; they need Python 3.11 or newer", ["-r", REQUIREMENTS], part);
  });
  return folder;
}

/** Longest a server may take to answer; on two cores they take 5 s. */
const START_MS = 90_000;
const LOOK_MS = 100;

async function ready(name: ServerName, child: ChildProcess, health: string): Promise<void> {
  let said = "";
  child.stdout?.on("data", (chunk: Buffer) => (said += chunk.toString()));
  child.stderr?.on("data", (chunk: Buffer) => (said += chunk.toString()));
  let failure: string | undefined;
  child.on("error", (error) => (failure = error.message));
  child.on("exit", (code, signal) => (failure ??= `it ended (${signal ?? String(code)})`));
  const until = performance.now() + START_MS;
  for (;;) {
    if (failure !== undefined || performance.now() > until)
      throw new Error(`${name} did not start: ${failure ?? `no answer within ${START_MS / 1000} s`}. ${said.trim()}`);
    const answers = await fetch(health).then(
      ({ ok }) => ok,
      () => false,
    );
    if (answers) return;
    await sleep(LOOK_MS);
  }
}

async function end(child: ChildProcess): Promise<void> {
  if (child.pid === undefined || child.exitCode !== null || child.signalCode !== null) return;
  const closed = new Promise((resolve) => child.once("close", resolve));
  child.kill("SIGKILL");
  await closed;
}

if (process.argv[1] !== undefined && fs.realpathSync(process.argv[1]) === import.meta.filename) {
  const name = process.argv[2] === "mlserver" ? "mlserver" : "infinity";
  const server = await startServer(name);
  console.log(`${name} answers at ${server.url} (model minilm${name === "infinity" ? `, key ${KEY}` : ""}); Ctrl+C ends it.`);
  onInterrupt(() => server.stop());
}

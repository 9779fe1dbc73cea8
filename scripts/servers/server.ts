/** Real servers of embeddings for tests and trials: `node scripts/servers/server.ts infinity|mlserver` keeps one until Ctrl+C. */
import { execFileSync, spawn, type ChildProcess } from "node:child_process";
import { createHash } from "node:crypto";
import fs from "node:fs";
import net from "node:net";
import os from "node:os";
import path from "node:path";
import { setTimeout as sleep } from "node:timers/promises";

import { cacheFolder } from "../../src/process/cacheFolder.ts";

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
/** As scripts/encoders do, so that one setting chooses it. */
const PYTHON = process.env["PYTHON"] ?? "python3";
/** Both servers and what they need, without torch. */
const REQUIREMENTS = path.join(import.meta.dirname, "requirements.txt");

/** Folder of the Python packages, installed into the cache if need be. */
function installed(): string {
  const stamp = createHash("sha256").update(fs.readFileSync(REQUIREMENTS)).digest("hex").slice(0, 12);
  const folder = path.join(cacheFolder(), `embedding-servers-${stamp}`);
  if (fs.existsSync(folder)) return folder;
  console.error("Installing infinity and mlserver (some 130 MB, once)");
  fs.mkdirSync(cacheFolder(), { recursive: true });
  const part = fs.mkdtempSync(`${folder}.part-`);
  try {
    const pip = ["-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--no-deps", "--only-binary=:all:"];
    python([...pip, "--target", part, "-r", REQUIREMENTS]);
    fs.renameSync(part, folder);
  } catch (error) {
    // Another process was faster.
    if (!fs.existsSync(folder)) throw error;
  } finally {
    fs.rmSync(part, { recursive: true, force: true });
  }
  return folder;
}

function python(args: readonly string[]): void {
  try {
    execFileSync(PYTHON, args, { stdio: ["ignore", "ignore", "pipe"] });
  } catch (error) {
    const { code, stderr } = error as { code?: string; stderr?: Buffer };
    const reason = code === "ENOENT" ? `there is no ${PYTHON} here` : (stderr?.toString().trim() ?? String(error));
    throw new Error(
      `The servers could not be installed; they need Python 3.11 or newer with pip and a package index: ${reason}`,
      {
        cause: error,
      },
    );
  }
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

function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const probe = net.createServer();
    probe.on("error", reject);
    probe.listen(0, "127.0.0.1", () => {
      const { port } = probe.address() as net.AddressInfo;
      probe.close(() => {
        resolve(port);
      });
    });
  });
}

if (process.argv[1] !== undefined && fs.realpathSync(process.argv[1]) === import.meta.filename) {
  const name = process.argv[2] === "mlserver" ? "mlserver" : "infinity";
  const server = await startServer(name);
  console.log(`${name} answers at ${server.url} (model minilm${name === "infinity" ? `, key ${KEY}` : ""}); Ctrl+C ends it.`);
  for (const signal of ["SIGINT", "SIGTERM"] as const)
    process.once(signal, () => {
      void server.stop().then(() => process.exit(0));
    });
}

/** A real Milvus server of one process for tests and trials: `node scripts/milvus/server.ts` keeps one until Ctrl+C. */
import { spawn } from "node:child_process";
import type { ChildProcess } from "node:child_process";
import fs from "node:fs";
import os from "node:os";
import path from "node:path";

import { cacheFolder } from "../../src/process/cacheFolder.ts";
import { freePort } from "../freePort.ts";
import { installOnce } from "../installOnce.ts";
import { onInterrupt } from "../onInterrupt.ts";
import { pipInstall, PYTHON } from "../python.ts";

export interface MilvusServer {
  /** host:port */
  readonly address: string;
  /** Ends it as a power cut would; its data stay. */
  kill(): Promise<void>;
  /** Starts it again over the same data, at the same address. */
  restart(options?: MilvusOptions): Promise<void>;
  /** Ends it and removes its data. */
  stop(): Promise<void>;
}

export interface MilvusOptions {
  /** Asks for a name and password: at first `root:Milvus`. */
  readonly authorise?: boolean;
}

/** Rejects with what this machine lacks. */
export async function startMilvus(options: MilvusOptions = {}): Promise<MilvusServer> {
  checkIds();
  const program = installed();
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), "compare-embeddings-milvus-"));
  // Unpacked once: the libraries of each server would be 370 MB and seconds of unpacking otherwise.
  fs.symlinkSync(path.join(program, "bin"), path.join(folder, "bin"));
  const port = await freePort();
  let running: Running | undefined;
  const stop = async (): Promise<void> => {
    await end(running);
    fs.rmSync(folder, { recursive: true, force: true });
  };
  try {
    running = await serve(program, folder, port, options);
  } catch (error) {
    await stop();
    throw error;
  }
  return {
    address: `127.0.0.1:${String(port)}`,
    kill: () => end(running),
    restart: async (again = {}) => {
      await end(running);
      running = await serve(program, folder, port, again);
    },
    stop,
  };
}

const VERSION = "2.3.5";
/** Of the wheel for Linux on x64; it needs no other package. */
const SHA256 = "69515a0630ce29fd10e101fa442afea8ca1387b93a456cd9bd41fdf3deb93d04";

/** Folder of the Python package, installed into the cache if need be. */
function installed(): string {
  if (process.platform !== "linux" || process.arch !== "x64")
    throw new Error(`Milvus ${VERSION} runs as one process on Linux x64 only, not on ${process.platform} ${process.arch}.`);
  const folder = path.join(cacheFolder(), `milvus-${VERSION}`);
  installOnce(folder, (part) => {
    console.error(`Installing Milvus ${VERSION} (58 MB, once)`);
    const requirements = path.join(part, "requirements.txt");
    fs.writeFileSync(requirements, `milvus==${VERSION} --hash=sha256:${SHA256}\n`);
    const wanted = ["--require-hashes", "-r", requirements];
    pipInstall(`Milvus ${VERSION} could not be installed; it needs Python 3`, wanted, path.join(part, "site"));
    fs.mkdirSync(path.join(part, "bin"));
  });
  return folder;
}

/** Milvus keeps an empty file for each server here: the place is written into its program. */
const IDS = path.join("/", "tmp", "milvus");

/** It would wait for ever where it may not write. */
function checkIds(): void {
  try {
    if (fs.existsSync(IDS)) fs.accessSync(IDS, fs.constants.W_OK);
  } catch {
    throw new Error(`Milvus ${VERSION} writes into ${IDS}, which another user has made; remove that folder.`);
  }
}

/** Longest a server may take to answer; on two cores it takes 8 s. */
const START_MS = 60_000;

interface Running {
  readonly child: ChildProcess;
  /** Process of Milvus itself; the child is the Python that holds it. */
  readonly milvus: string;
}

async function serve(program: string, folder: string, port: number, options: MilvusOptions): Promise<Running> {
  const script = path.join(import.meta.dirname, "serve.py");
  const child = spawn(PYTHON, [script, folder, String(port), ...(options.authorise === true ? ["authorise"] : [])], {
    // A group of its own, so that all of it can be ended at once.
    detached: true,
    stdio: ["pipe", "pipe", "pipe"],
    env: { ...process.env, PYTHONPATH: path.join(program, "site"), PYTHONDONTWRITEBYTECODE: "1" },
  });
  let said = "";
  let timer: NodeJS.Timeout | undefined;
  const answers = new Promise<string>((resolve, reject) => {
    const fail = (how: string): void => {
      reject(new Error(`Milvus did not start: ${how}. ${said.trim()}`));
    };
    timer = setTimeout(fail, START_MS, `no answer within ${String(START_MS / 1000)} s`);
    child.stdout.on("data", (chunk: Buffer) => {
      said += chunk.toString();
      const ready = /^ready (\d+)$/m.exec(said);
      if (ready !== null) resolve(ready[1]!);
    });
    child.stderr.on("data", (chunk: Buffer) => (said += chunk.toString()));
    child.on("error", (error) => {
      fail(error.message);
    });
    child.on("exit", (code, signal) => {
      fail(`it ended (${signal ?? String(code)})`);
    });
  });
  try {
    return { child, milvus: await answers };
  } catch (error) {
    await end({ child, milvus: "" });
    throw error;
  } finally {
    clearTimeout(timer);
  }
}

async function end(running: Running | undefined): Promise<void> {
  if (running?.child.pid === undefined) return;
  const { child, milvus } = running;
  const ended = child.exitCode !== null || child.signalCode !== null;
  const closed = ended ? undefined : new Promise((resolve) => child.once("close", resolve));
  try {
    process.kill(-running.child.pid, "SIGKILL");
  } catch {
    // Nobody of the group is left.
  }
  await closed;
  fs.rmSync(path.join(IDS, `server_id_${milvus}`), { force: true });
  try {
    fs.rmdirSync(IDS);
  } catch {
    // Not empty, another server's file is there; or gone already.
  }
}

if (process.argv[1] !== undefined && fs.realpathSync(process.argv[1]) === import.meta.filename) {
  const server = await startMilvus();
  console.log(`Milvus ${VERSION} answers at ${server.address}; Ctrl+C ends it and removes its data.`);
  onInterrupt(() => server.stop());
}

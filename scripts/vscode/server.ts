import { spawn, type ChildProcess } from "node:child_process";
import { randomBytes } from "node:crypto";
import fs from "node:fs";
import os from "node:os";
import path from "node:path";

import { freePort } from "../freePort.ts";
import { installVsCode } from "./install.ts";

export const THEMES = {
  dark: "Default Dark Modern",
  light: "Default Light Modern",
  "hc-dark": "Default High Contrast",
  "hc-light": "Default High Contrast Light",
} as const;
export type Theme = keyof typeof THEMES;

export interface ServerOptions {
  /** Where user data and installed extensions are kept; default a temporary folder that goes when the server ends. */
  readonly data?: string;
  readonly theme?: Theme;
  /** User settings, over the quiet ones below. */
  readonly settings?: Readonly<Record<string, unknown>>;
  /** Opens folders as untrusted, without asking. */
  readonly restricted?: boolean;
  /** Keeps running without a window. */
  readonly stay?: boolean;
  /** Wanted port; another one if it is taken. */
  readonly port?: number;
  readonly env?: Readonly<Record<string, string>>;
}

export interface VsCodeServer {
  readonly port: number;
  readonly token: string;
  readonly data: string;
  readonly pid: number;
  /** The last of what it wrote. */
  readonly log: () => string;
  readonly ended: Promise<void>;
  close(): Promise<void>;
}

export interface Opening {
  /** Folders of extensions under development. */
  readonly extensions?: readonly string[];
  /** A module that exports run(), run inside the extension host; needs an extension under development, though an empty one will do. */
  readonly suite?: string;
  readonly folder?: string;
  readonly workspace?: string;
}

const START_MS = 30_000;
/** A server that ignores a polite request for this long is killed. */
const END_MS = 3_000;
const LOG_CHARACTERS = 20_000;
/** Socket paths are limited to 107 bytes on Linux; the server's own names take the rest. */
const MAX_SOCKET_FOLDER = 60;

/** Nothing that moves, asks, or looks anything up. */
const QUIET = {
  "chat.commandCenter.enabled": false,
  "chat.disableAIFeatures": true,
  "editor.minimap.enabled": false,
  "extensions.autoCheckUpdates": false,
  "extensions.autoUpdate": false,
  "extensions.ignoreRecommendations": true,
  "telemetry.telemetryLevel": "off",
  "update.mode": "none",
  "window.autoDetectColorScheme": false,
  "workbench.enableExperiments": false,
  "workbench.secondarySideBar.defaultVisibility": "hidden",
  "workbench.startupEditor": "none",
  "workbench.tips.enabled": false,
};
const UNTRUSTED = { "security.workspace.trust.startupPrompt": "never", "security.workspace.trust.banner": "never" };

/** Starts a VS Code server for this machine only: bound to the loopback address, behind a random token, without telemetry or gallery. */
export async function startServer(options: ServerOptions = {}): Promise<VsCodeServer> {
  const program = installVsCode();
  const data = path.resolve(options.data ?? fs.mkdtempSync(path.join(os.tmpdir(), "vscode-")));
  writeSettings(data, options);
  const port = await freePort(options.port);
  // Without a token any page in any browser of this machine could run code through the port.
  const token = randomBytes(16).toString("hex");
  const child = spawn(
    process.execPath,
    [
      program,
      "--accept-server-license-terms",
      ...["--connection-token", token, "--host", "127.0.0.1", "--port", String(port)],
      ...["--telemetry-level", "off", "--server-data-dir", data, "--enable-smoke-test-driver"],
      ...(options.stay === true ? [] : ["--enable-remote-auto-shutdown"]),
      ...(options.restricted === true ? [] : ["--disable-workspace-trust"]),
    ],
    { stdio: ["ignore", "pipe", "pipe"], env: environment(data, options), detached: process.platform !== "win32" },
  );
  let log = "";
  const note = (chunk: Buffer): void => {
    log = (log + chunk.toString()).slice(-LOG_CHARACTERS);
    if (process.env["VSCODE_VERBOSE"] !== undefined) process.stderr.write(chunk);
  };
  child.stdout.on("data", note);
  child.stderr.on("data", note);
  const ended = new Promise<void>((resolve) => {
    child.once("exit", () => {
      resolve();
    });
  });
  const forget = (): void => {
    if (options.data === undefined) fs.rmSync(data, { recursive: true, force: true, maxRetries: 5 });
  };
  const endNow = (): void => {
    signalGroup(child, "SIGKILL");
    forget();
  };
  process.once("exit", endNow);
  const close = async (): Promise<void> => {
    signalGroup(child, "SIGTERM");
    await Promise.race([ended, sleep(END_MS)]);
    process.off("exit", endNow);
    endNow();
  };
  try {
    await listening(child, () => log);
  } catch (error) {
    await close();
    throw error;
  }
  return { port, token, data, pid: child.pid ?? -1, log: () => log, ended, close };
}

/** The address that opens a folder, with extensions under development. Whoever has it may run code as this user. */
export function address({ port, token }: Pick<VsCodeServer, "port" | "token">, opening: Opening = {}): string {
  const host = `127.0.0.1:${port}`;
  const remote = (file: string): string =>
    `vscode-remote://${host}${path.resolve(file).split(path.sep).map(encodeURIComponent).join("/")}`;
  const payload = [["skipWelcome", "true"]];
  for (const extension of opening.extensions ?? []) payload.push(["extensionDevelopmentPath", remote(extension)]);
  if (opening.suite !== undefined) payload.push(["extensionTestsPath", remote(opening.suite)]);
  const query = new URLSearchParams({ tkn: token });
  if (opening.workspace !== undefined) query.set("workspace", path.resolve(opening.workspace));
  else if (opening.folder !== undefined) query.set("folder", path.resolve(opening.folder));
  else query.set("ew", "true");
  query.set("payload", JSON.stringify(payload));
  return `http://${host}/?${query.toString()}`;
}

/** Installs a VSIX into the user data of a server that does not run yet. */
export async function installVsix(data: string, file: string): Promise<void> {
  const args = ["--accept-server-license-terms", "--server-data-dir", path.resolve(data)];
  const child = spawn(process.execPath, [installVsCode(), ...args, "--install-extension", path.resolve(file), "--force"], {
    stdio: ["ignore", "pipe", "pipe"],
    env: environment(data, {}),
  });
  let output = "";
  for (const stream of [child.stdout, child.stderr])
    stream.on("data", (chunk: Buffer) => {
      output += chunk.toString();
    });
  const code = await new Promise<number | null>((resolve) => child.once("close", resolve));
  if (code !== 0 || !/successfully installed/i.test(output)) throw new Error(`${file} was not installed:\n${output}`);
}

function writeSettings(data: string, { theme, settings, restricted }: ServerOptions): void {
  const file = path.join(data, "data", "User", "settings.json");
  fs.mkdirSync(path.dirname(file), { recursive: true });
  const all = {
    ...QUIET,
    ...(restricted === true ? UNTRUSTED : {}),
    ...(theme === undefined ? {} : { "workbench.colorTheme": THEMES[theme] }),
    ...settings,
  };
  fs.writeFileSync(file, JSON.stringify(all, null, 2));
}

function environment(data: string, { env, stay }: ServerOptions): NodeJS.ProcessEnv {
  const dropped = [
    "NODE_OPTIONS",
    "ELECTRON_RUN_AS_NODE",
    "VSCODE_IPC_HOOK_CLI",
    "VSCODE_CWD",
    "VSCODE_DEV",
    "NODE_TEST_CONTEXT",
  ];
  const kept = Object.fromEntries(Object.entries(process.env).filter(([name]) => !dropped.includes(name)));
  return {
    ...kept,
    // No gallery: nothing asks the network.
    EXTENSIONS_GALLERY: "{}",
    // Its sockets go away with its data.
    ...(data.length < MAX_SOCKET_FOLDER ? { XDG_RUNTIME_DIR: data } : {}),
    // A test sees no encoders that somebody added on this machine.
    ...(stay === true ? {} : { COMPARE_EMBEDDINGS_ENCODERS: path.join(data, "encoders") }),
    ...env,
  };
}

function listening(child: ChildProcess, log: () => string): Promise<void> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => {
      reject(new Error(`VS Code did not start within ${START_MS / 1000} s:\n${log()}`));
    }, START_MS);
    child.stdout?.on("data", () => {
      if (!log().includes("Extension host agent listening")) return;
      clearTimeout(timer);
      resolve();
    });
    child.once("error", reject);
    child.once("exit", (code) => {
      clearTimeout(timer);
      reject(new Error(`VS Code ended with ${String(code)}:\n${log()}`));
    });
  });
}

/** The server and what it started, which are one process group. */
function signalGroup(child: ChildProcess, signal: NodeJS.Signals): void {
  if (child.pid === undefined) return;
  try {
    process.kill(process.platform === "win32" ? child.pid : -child.pid, signal);
  } catch {
    // It has ended.
  }
}

const sleep = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

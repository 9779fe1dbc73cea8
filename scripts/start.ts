/** Sets up, shows a comparison of the sample, opens the editor: `npm start`, or `npm start -- --no-editor`. */
import { spawn, spawnSync } from "node:child_process";
import fs from "node:fs";
import path from "node:path";

import { cacheFolder } from "../src/process/cacheFolder.ts";
import { setUp } from "./setup.ts";
import { address, startServer } from "./vscode/server.ts";

const root = path.resolve(import.meta.dirname, "..");
const sample = path.join(root, "sample");
const page = path.join(root, "out", "comparison.html");

/** Where the editor in the browser is wanted; another port is taken if this one is not free. */
const PORT = 8181;

await setUp();
fs.mkdirSync(path.dirname(page), { recursive: true });
const cli = (...args: string[]) =>
  spawnSync(process.execPath, [path.join(root, "dist", "cli.js"), ...args], { stdio: "inherit", cwd: root });
cli("compare", "--terminal", "--html", page, "sample");
console.log(`\nThe same as a page: ${page}`);
if (!process.argv.includes("--no-editor")) await openEditor();

async function openEditor(): Promise<void> {
  const display = process.platform !== "linux" || (process.env["DISPLAY"] ?? process.env["WAYLAND_DISPLAY"]) !== undefined;
  const desktop = ["code", "code-insiders", "codium"].find(isOnPath);
  if (process.env["VSCODE_IPC_HOOK_CLI"] !== undefined)
    console.log("This terminal is inside VS Code: open this folder there and press F5.");
  else if (desktop !== undefined && display) {
    spawn(desktop, ["--new-window", `--extensionDevelopmentPath=${root}`, sample], { stdio: "ignore", detached: true }).unref();
    console.log(`Opened ${desktop}.`);
  } else if (process.platform === "linux") {
    const server = await startServer({ port: PORT, stay: true, data: path.join(cacheFolder(), "vscode-data") });
    console.log(
      `\nVS Code with the extension, for a browser on this machine:\n\n  ${address(server, { extensions: [root], folder: sample })}\n\nCtrl+C ends it.`,
    );
    for (const signal of ["SIGINT", "SIGTERM"] as const) process.once(signal, () => void server.close());
    await server.ended;
  } else console.log("Install VS Code, so that `code` is on the PATH, and run npm start again.");
}

function isOnPath(program: string): boolean {
  const names = process.platform === "win32" ? [`${program}.cmd`, `${program}.exe`] : [program];
  const folders = (process.env["PATH"] ?? "").split(path.delimiter);
  return folders.some((folder) => names.some((name) => fs.existsSync(path.join(folder, name))));
}

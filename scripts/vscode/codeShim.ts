#!/usr/bin/env node
/**
 * Takes the command line of a desktop VS Code and runs the one without a desktop instead: `vscodeExecutablePath` for
 * @vscode/test-electron. With --extensionTestsPath the exit code is the suite's. Linux and macOS only, Node 24 first on PATH.
 */
import fs from "node:fs";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";

import { address, startServer, THEMES, type ServerOptions, type Theme } from "./server.ts";
import { runSuite } from "./suite.ts";

const { values, positionals } = parseArgs({
  strict: false,
  allowPositionals: true,
  options: {
    extensionDevelopmentPath: { type: "string", multiple: true },
    extensionTestsPath: { type: "string" },
    "user-data-dir": { type: "string" },
    "extensions-dir": { type: "string" },
    "folder-uri": { type: "string" },
    locale: { type: "string" },
    log: { type: "string" },
    profile: { type: "string" },
  },
});

const text = (name: string): string | undefined => (typeof values[name] === "string" ? values[name] : undefined);
const isFolder = (file: string): boolean => fs.statSync(file, { throwIfNoEntry: false })?.isDirectory() ?? false;

async function main(): Promise<number> {
  const given = positionals.map((file) => path.resolve(file));
  const uri = text("folder-uri");
  const folder = uri === undefined ? given.find(isFolder) : fileURLToPath(uri);
  const workspace = given.find((file) => file.endsWith(".code-workspace"));
  const extensions = (values.extensionDevelopmentPath ?? []).filter((file) => typeof file === "string");
  const opening = {
    extensions,
    ...(folder === undefined ? {} : { folder }),
    ...(workspace === undefined ? {} : { workspace }),
  };
  const suite = text("extensionTestsPath");
  if (suite !== undefined) return runSuite({ ...serverOptions(), ...opening, suite });
  const server = await startServer({ ...serverOptions(), stay: true });
  console.log(address(server, opening));
  await server.ended;
  return 0;
}

function serverOptions(): ServerOptions {
  const data = text("user-data-dir");
  const settings = data === undefined ? undefined : path.join(data, "User", "settings.json");
  const theme = process.env["VSCODE_THEME"];
  return {
    // test-electron always disables trust; an untrusted window is asked for by the environment.
    restricted: values["disable-workspace-trust"] !== true || process.env["VSCODE_RESTRICTED"] === "1",
    ...(theme !== undefined && theme in THEMES ? { theme: theme as Theme } : {}),
    ...(settings !== undefined && fs.existsSync(settings)
      ? { settings: JSON.parse(fs.readFileSync(settings, "utf8")) as Record<string, unknown> }
      : {}),
  };
}

process.exit(await main());

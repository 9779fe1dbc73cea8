import fs from "node:fs";
import os from "node:os";
import path from "node:path";
import { test } from "node:test";

import { runTests } from "@vscode/test-electron";

import { paragraphs } from "./steps.ts";

const root = path.resolve(import.meta.dirname, "../..");

/** A desktop VS Code by its program's path in VSCODE_EXECUTABLE, else the one without a desktop, which takes the same words. */
const executable = process.env["VSCODE_EXECUTABLE"] ?? path.join(root, "scripts/vscode/codeShim.ts");

/** Enough that indexing lasts some seconds, in which the host's own time is measured. */
const PARAGRAPHS = 400;

test("inside the extension host: activation, commands, several cursors, files, the index", async () => {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), "inside-"));
  fs.cpSync(path.join(root, "sample"), folder, { recursive: true });
  fs.writeFileSync(path.join(folder, "words.md"), paragraphs(PARAGRAPHS));
  try {
    // Rejects with any exit code but 0.
    await runTests({
      vscodeExecutablePath: executable,
      extensionDevelopmentPath: root,
      extensionTestsPath: path.join(root, "test/host/inside/suite.ts"),
      launchArgs: [folder],
    });
  } finally {
    fs.rmSync(folder, { recursive: true, force: true });
  }
});

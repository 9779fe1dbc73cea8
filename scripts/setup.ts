import { execFileSync } from "node:child_process";
import fs from "node:fs";
import path from "node:path";

import { ensureEncoders } from "./encoders/main.ts";

const root = path.resolve(import.meta.dirname, "..");
const stamp = path.join(root, "dist", ".built");

/** What a checkout needs beyond node_modules: the bundled encoders and the bundles. Does nothing when all is there. */
export async function setUp(): Promise<void> {
  await ensureEncoders();
  if (isFresh()) return;
  execFileSync(process.execPath, [path.join(root, "esbuild.mjs")], { cwd: root, stdio: ["ignore", "inherit", "inherit"] });
  fs.writeFileSync(stamp, "");
}

/** Whether nothing that goes into dist/ changed since it was built. */
function isFresh(): boolean {
  if (!fs.existsSync(stamp)) return false;
  const built = fs.statSync(stamp).mtimeMs;
  const inputs = ["esbuild.mjs", "package-lock.json", ...sources("src"), ...sources("webview")];
  return inputs.every((file) => fs.statSync(path.join(root, file)).mtimeMs <= built);
}

const sources = (folder: string): string[] =>
  fs.readdirSync(path.join(root, folder), { recursive: true, encoding: "utf8" }).map((file) => path.join(folder, file));

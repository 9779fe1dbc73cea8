import { execFile } from "node:child_process";
import { promisify } from "node:util";

import type { PackageFile } from "../../core/encoders/manifest.ts";

/** The registry that npm asks when nobody says otherwise. */
const NPM = "https://registry.npmjs.org/";
/** npm asks its registry in less, also with a slow mirror. */
const ASK_MS = 60_000;

const run = promisify(execFile);

/** The address of a package's archive: as npm itself says, so that its settings hold; without npm, at the public registry. */
export async function findInNpm(
  { package: name, version }: PackageFile,
  environment: Readonly<Record<string, string>>,
  signal: AbortSignal,
): Promise<URL> {
  const windows = process.platform === "win32";
  const options = { env: { ...process.env, ...environment }, timeout: ASK_MS, windowsHide: true, shell: windows, signal };
  try {
    const { stdout } = await run("npm", ["view", `${name}@${version}`, "dist.tarball"], options);
    return new URL(stdout.trim());
  } catch {
    return new URL(`${name}/-/${name.slice(name.lastIndexOf("/") + 1)}-${version}.tgz`, NPM);
  }
}

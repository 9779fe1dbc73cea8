import { execFileSync } from "node:child_process";

/** As for the catalogue of encoders, so that one setting chooses it. */
export const PYTHON = process.env["PYTHON"] ?? "python3";

/**
 * Has pip put the packages that are `wanted`, and no others, into a folder.
 * @param needs begins the error: what could not be installed, and which Python it needs
 */
export function pipInstall(needs: string, wanted: readonly string[], target: string): void {
  const quietly = ["--quiet", "--disable-pip-version-check", "--no-deps", "--only-binary=:all:"];
  try {
    execFileSync(PYTHON, ["-m", "pip", "install", ...quietly, "--target", target, ...wanted], {
      stdio: ["ignore", "ignore", "pipe"],
    });
  } catch (error) {
    const { code, stderr } = error as { code?: string; stderr?: Buffer };
    const reason = code === "ENOENT" ? `there is no ${PYTHON} here` : (stderr?.toString().trim() ?? String(error));
    throw new Error(`${needs} with pip and a package index: ${reason}`, { cause: error });
  }
}

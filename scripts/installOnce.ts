import fs from "node:fs";
import path from "node:path";

/**
 * Makes a folder, once: `fill` completes it beside its place, then it is moved there whole. Whoever else does the same at the same
 * time is not disturbed.
 */
export function installOnce(folder: string, fill: (part: string) => void): void {
  if (fs.existsSync(folder)) return;
  fs.mkdirSync(path.dirname(folder), { recursive: true });
  const part = fs.mkdtempSync(`${folder}.part-`);
  try {
    fill(part);
    fs.chmodSync(part, 0o755);
    fs.renameSync(part, folder);
  } catch (error) {
    // Another process may have been faster; then its work is ours.
    if (!fs.existsSync(folder)) throw error;
  } finally {
    fs.rmSync(part, { recursive: true, force: true });
  }
}

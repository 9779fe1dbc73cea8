import fs from "node:fs/promises";

import { cancelled } from "../../protocol/errors.ts";
import { cannotKeep } from "../../protocol/hubErrors.ts";
import { troubleOf } from "../store/trouble.ts";

/** Runs `work`, whose failures of the disk become one error that names the folder. */
export async function onDisk<T>(folder: string, work: () => T | Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (error instanceof Error && error.name === "AbortError") throw cancelled();
    if (troubleOf(error) === undefined) throw error;
    throw cannotKeep(folder, error instanceof Error ? error.message : String(error));
  }
}

/** Makes a rename in `folder` last through a power cut. Windows has no such thing and needs none. */
export async function syncFolder(folder: string): Promise<void> {
  if (process.platform === "win32") return;
  const handle = await fs.open(folder, "r");
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}

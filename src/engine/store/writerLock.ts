import { mkdirSync, rmSync } from "node:fs";
import path from "node:path";
import { DatabaseSync } from "node:sqlite";

import type { Disposable } from "../../core/base/disposable.ts";
import { troubleOf } from "./trouble.ts";

const LOCK_FILE = "writer.lock";

/**
 * The right to write the index of a folder, for one process at a time; undefined while another has it. It is a lock that
 * SQLite takes on a file and the system releases when the process ends, however it ends: none is ever left behind.
 * Throws when the folder cannot be made or written.
 */
export function takeWriterLock(folder: string): Disposable | undefined {
  mkdirSync(folder, { recursive: true });
  const file = path.join(folder, LOCK_FILE);
  try {
    return lock(file);
  } catch (error) {
    if (troubleOf(error) !== "corrupt") throw error;
    // Nothing is ever written into it, so whatever is in there is not ours.
    rmSync(file, { force: true });
    return lock(file);
  }
}

function lock(file: string): Disposable | undefined {
  const connection = new DatabaseSync(file, { timeout: 0 });
  try {
    connection.exec("BEGIN EXCLUSIVE");
  } catch (error) {
    connection.close();
    if (troubleOf(error) === "busy") return undefined;
    throw error;
  }
  return {
    dispose: () => {
      connection.close();
    },
  };
}

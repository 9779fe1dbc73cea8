import fs from "node:fs/promises";
import path from "node:path";

import { takeWriterLock } from "../store/writerLock.ts";
import { onDisk, syncFolder } from "./onDisk.ts";
import { pause } from "./persistently.ts";

export interface WorkshopOptions {
  /** Folder of the user's encoders, absolute. */
  readonly folder: string;
  /** Another process is making an encoder there. */
  readonly onWaiting: () => void;
  readonly signal: AbortSignal;
}

export interface Workshop {
  /** Where an encoder is made; not there yet. Whatever is left in it goes at the end. */
  readonly part: string;
  /** Gives what was made the place's name, instead of what had it. */
  readonly publish: (place: string) => Promise<void>;
}

/**
 * Makes an encoder's folder beside the others, one process at a time, so that nothing half done ever has a name. It is inside
 * the encoders' folder, so that renaming out of it is never a copy; nobody looks for encoders two folders deep.
 */
export async function inWorkshop<T>(options: WorkshopOptions, work: (workshop: Workshop) => Promise<T>): Promise<T> {
  const { folder, signal, onWaiting } = options;
  const room = path.join(folder, ".import");
  const part = path.join(room, "part");
  const lock = await oneAtATime(room, onWaiting, signal);
  try {
    // Whoever was here before and was killed has left it; nobody else is here now.
    await onDisk(folder, () => fs.rm(part, { recursive: true, force: true }));
    return await work({
      part,
      publish: (place) =>
        onDisk(folder, async () => {
          await syncFolder(part);
          await exchange(part, place, path.join(room, "old"));
          await syncFolder(folder);
        }),
    });
  } finally {
    await fs.rm(part, { recursive: true, force: true }).catch(() => undefined);
    lock.dispose();
  }
}

/** How often a process that waits for another looks again. */
const POLL_MS = 100;

/** The right to work in a folder, once no other process has it; the system frees it when a holder dies. */
export async function oneAtATime(
  folder: string,
  onWaiting: () => void | Promise<void>,
  signal: AbortSignal,
): Promise<{ readonly dispose: () => void }> {
  for (;;) {
    const lock = await onDisk(folder, () => takeWriterLock(folder));
    if (lock !== undefined) return lock;
    await onWaiting();
    await pause(POLL_MS, signal);
  }
}

/** How long a folder that somebody just read may refuse to be renamed: Windows does while a scanner looks at it. */
const RENAME_TRIES = 10;
const RENAME_PAUSE_MS = 100;

async function exchange(part: string, place: string, old: string): Promise<void> {
  await fs.rm(old, { recursive: true, force: true });
  for (let tries = 1; ; tries++) {
    try {
      await fs.rename(place, old).catch((error: unknown) => {
        if ((error as NodeJS.ErrnoException).code !== "ENOENT") throw error;
      });
      await fs.rename(part, place);
      break;
    } catch (error) {
      if (tries === RENAME_TRIES || process.platform !== "win32") throw error;
      await new Promise((resolve) => setTimeout(resolve, RENAME_PAUSE_MS));
    }
  }
  await fs.rm(old, { recursive: true, force: true });
}

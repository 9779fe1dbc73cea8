import fs from "node:fs/promises";
import path from "node:path";

import { notRemovable } from "../../protocol/catalogueErrors.ts";
import { onDisk, syncFolder } from "../hub/onDisk.ts";

/** Something here begins with a dot, so nobody takes it for an encoder. */
const GOING = ".going";

/** Deletes an encoder's folder in one of the user's. It loses its name first: nobody ever sees half of one. */
export async function removeFolder(id: string, folder: string, users: readonly string[]): Promise<void> {
  const parent = path.dirname(folder);
  if (!users.includes(parent)) throw notRemovable(id);
  await onDisk(parent, async () => {
    const going = path.join(parent, `${GOING}-${String(process.pid)}-${String(Date.now())}`);
    await fs.rename(folder, going);
    await syncFolder(parent);
    await fs.rm(going, { recursive: true, force: true, maxRetries: RETRIES });
  });
}

/** Windows lets nobody delete what a scanner looks at. */
const RETRIES = 5;

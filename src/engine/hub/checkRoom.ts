import fs from "node:fs/promises";

import { notEnoughRoom } from "../../protocol/hubErrors.ts";

/** Asked before the first byte of `needed`: a disk that runs full later has cost the wait. Throws `notEnoughRoom`. */
export async function checkRoom(folder: string, needed: number): Promise<void> {
  if (needed <= 0) return;
  const { bavail, bsize } = await fs.statfs(folder);
  if (needed > bavail * bsize) throw notEnoughRoom(folder, needed, bavail * bsize);
}

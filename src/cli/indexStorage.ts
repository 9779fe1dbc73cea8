import { createHash } from "node:crypto";
import fs from "node:fs";
import path from "node:path";

import { cacheFolder } from "../process/cacheFolder.ts";
import { unreadable } from "../protocol/errors.ts";
import type { WorkspaceParams } from "../protocol/workspace.ts";

/** What the editor leaves out by default; the command line has no settings to read. */
const EXCLUDE = ["**/.git", "**/.svn", "**/.hg", "**/.DS_Store", "**/Thumbs.db", "**/node_modules", "**/bower_components"];

/** A folder as a workspace whose index lies in the user's cache, in a place of its own; throws `unreadable`. */
export function workspaceOf(folder: string, storage: string | undefined): WorkspaceParams {
  const absolute = path.resolve(folder);
  if (fs.statSync(absolute, { throwIfNoEntry: false })?.isDirectory() !== true)
    throw unreadable(folder, "there is no such folder");
  const real = fs.realpathSync(absolute);
  return {
    folders: [{ path: real, name: path.basename(real) }],
    storage: storage === undefined ? path.join(cacheFolder(), "indexes", nameOf(real)) : path.resolve(storage),
    exclude: EXCLUDE,
    header: true,
  };
}

/** Readable, and different for different folders of one name. */
const nameOf = (folder: string): string =>
  `${path.basename(folder).replace(/[^\w.-]/g, "_")}-${createHash("sha256").update(folder).digest("hex").slice(0, 16)}`;

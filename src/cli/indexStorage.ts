import { createHash } from "node:crypto";
import fs from "node:fs";
import os from "node:os";
import path from "node:path";

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

function cacheFolder(): string {
  const { XDG_CACHE_HOME: xdg, LOCALAPPDATA: local } = process.env;
  const home = os.homedir();
  const base =
    process.platform === "win32"
      ? (local ?? path.join(home, "AppData", "Local"))
      : process.platform === "darwin"
        ? path.join(home, "Library", "Caches")
        : xdg !== undefined && path.isAbsolute(xdg)
          ? xdg
          : path.join(home, ".cache");
  return path.join(base, "compare-embeddings");
}

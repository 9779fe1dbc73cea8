import path from "node:path";

import { badModel } from "../../protocol/errors.ts";

/** A place inside a model folder that one of its own files names, with forward slashes; "" is the folder itself. */
export function placeWithin(file: string, named: string): string {
  const parts = named.split("/").filter((part) => part !== "" && part !== ".");
  if (named.length > MOST_CHARACTERS || named.startsWith("/") || parts.some((part) => !PART.test(part) || /^\.+$/.test(part)))
    throw badModel(file, `it names the place ${JSON.stringify(named.slice(0, 100))}, which is none inside its folder`);
  return parts.join("/");
}

/** Names that are plain on every system: no drive, no separator, no control character, no stream of another file. */
const PART = /^[^\\:*?"<>|\x00-\x1f]+$/;
const MOST_CHARACTERS = 400;

/** A file of a module, as a path in the model's folder. */
export const fileOf = (module: string, name: string): string => path.posix.join(module, name);

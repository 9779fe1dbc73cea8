/** Files of a publisher's folder, which errors name by their place in it: the folder is a workshop that goes. */
import fs from "node:fs";
import path from "node:path";

import { badModel, EmbedError } from "../../protocol/errors.ts";
import { parseJson } from "../modelFile.ts";

/** The absolute path of a regular file: a link could lead anywhere. Throws `badModel`. */
export function plainFile(folder: string, name: string): string {
  const file = path.join(folder, name);
  const stat = fs.lstatSync(file, { throwIfNoEntry: false });
  if (stat === undefined) throw badModel(name, "it is not there");
  if (!stat.isFile()) throw badModel(name, "it is a link or a folder");
  return file;
}

/** What a file of JSON holds. Throws `badModel`, also for one of more than `most` bytes. */
export function readJson(folder: string, name: string, most: number): unknown {
  const file = plainFile(folder, name);
  if (fs.statSync(file).size > most) throw badModel(name, `it is longer than ${most.toLocaleString("en")} bytes`);
  return parseJson(name, fs.readFileSync(file), "badModel");
}

/** Whatever goes wrong in a file becomes one error that names it. */
export function naming<T>(name: string, work: () => T): T {
  try {
    return work();
  } catch (error) {
    if (error instanceof EmbedError) throw error;
    throw badModel(name, error instanceof Error ? error.message : String(error));
  }
}

import fs from "node:fs";
import path from "node:path";

import { noEncoder } from "../../protocol/hubErrors.ts";
import { entriesOf } from "../boundedFiles.ts";

/** A publisher's folder on this machine. */
export interface LocalFiles {
  readonly folder: string;
  /** What the model is called: the folder's name, or the repository's in the shared cache. */
  readonly name: string;
  /** Paths of its files, with forward slashes. */
  readonly paths: readonly string[];
  /** Weights that were named themselves. */
  readonly file: string | undefined;
  /** The file to read for a path. Throws `noEncoder` for what leads out of the folder. */
  readonly source: (name: string) => string;
}

/** No model folder has more; somebody's whole disk has. */
const MAX_FILES = 10_000;

/** A model folder, or a bare .onnx in or beside one. Throws `noEncoder` naming what is wrong. */
export function localFiles(place: string): LocalFiles {
  const stat = readable(place, () => fs.statSync(place, { throwIfNoEntry: false }));
  if (stat === undefined) throw noEncoder(place, "it is not there", "Check the spelling of the path.");
  const bare = !stat.isDirectory();
  if (bare && !place.endsWith(".onnx"))
    throw noEncoder(place, "it is neither a folder nor an .onnx file", "Name the folder that the model lies in.");
  const folder = bare ? folderOf(place) : place;
  return {
    folder,
    name: path.basename(repositoryOf(folder) ?? folder).replace(/^models--/, ""),
    paths: list(folder),
    file: bare ? slashes(path.relative(folder, place)) : undefined,
    source: (name) => plainFile(path.join(folder, name), folder, place),
  };
}

/** What a folder of a model that reads text has. */
const TOKENIZERS = ["tokenizer.json", "vocab.txt", "modules.json"];

/** Exports lie in a folder `onnx` below the model's own. */
function folderOf(onnx: string): string {
  const own = path.dirname(onnx);
  const above = path.dirname(own);
  const has = (folder: string): boolean => TOKENIZERS.some((name) => fs.existsSync(path.join(folder, name)));
  return path.basename(own) === "onnx" && !has(own) && has(above) ? above : own;
}

/** Folders in folders: 0_Transformer/onnx is as deep as layouts go. */
const MAX_DEPTH = 2;

/** Files of the folder, and of folders in it down to where layouts end. */
function list(folder: string): string[] {
  const found: string[] = [];
  const add = (below: string): void => {
    const { entries, more } = readable(path.join(folder, below), () =>
      entriesOf(path.join(folder, below), MAX_FILES - found.length),
    );
    if (more) throw noEncoder(folder, "it has too many files", "Name the folder that the model alone lies in.");
    for (const entry of entries) {
      const name = below === "" ? entry.name : `${below}/${entry.name}`;
      if (entry.isDirectory() && name.split("/").length <= MAX_DEPTH) add(name);
      else found.push(name);
    }
  };
  add("");
  return found.sort();
}

/** What the disk gives of `place`; its refusal as an error that names it. */
function readable<T>(place: string, read: () => T): T {
  try {
    return read();
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === undefined) throw error;
    const reason = REASONS[code] ?? `it cannot be read (${code})`;
    throw noEncoder(place, reason, "Check the path, and that you may read what lies there.");
  }
}

const REASONS: Readonly<Record<string, string>> = {
  ENOENT: "it is not there",
  ENOTDIR: "it is not there",
  ELOOP: "it is a link to itself",
  EACCES: "you may not read it",
};

/**
 * A regular file in the folder that no other name leads to: links are how a folder from elsewhere would reach for files
 * outside. Only the shared cache may link, from a snapshot to the blobs beside it.
 */
function plainFile(file: string, folder: string, place: string): string {
  const refuse = (reason: string): Error =>
    noEncoder(place, `${path.basename(file)} ${reason}`, "Copy the folder with its links resolved, then import the copy.");
  const [real, root] = readable(file, () => [fs.realpathSync(file), fs.realpathSync(folder)] as const);
  const stat = readable(file, () => fs.statSync(real));
  if (!stat.isFile()) throw refuse("is no regular file");
  if (stat.nlink !== 1) throw refuse("is linked under another name too");
  const repository = repositoryOf(root);
  const linked = repository !== undefined && isWithin(path.join(repository, "blobs"), real);
  if (isWithin(root, real) ? !fs.lstatSync(file).isFile() : !linked) throw refuse("is a link");
  return real;
}

/** models--owner--name, for the folder models--owner--name/snapshots/<commit> of the shared cache. */
function repositoryOf(folder: string): string | undefined {
  const snapshots = path.dirname(path.resolve(folder));
  const repository = path.dirname(snapshots);
  return path.basename(snapshots) === "snapshots" && path.basename(repository).startsWith("models--") ? repository : undefined;
}

function isWithin(folder: string, file: string): boolean {
  const relative = path.relative(folder, file);
  return !relative.startsWith("..") && !path.isAbsolute(relative);
}

const slashes = (name: string): string => name.split(path.sep).join("/");

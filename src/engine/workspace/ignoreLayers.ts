import fs from "node:fs";
import path from "node:path";

import { parseIgnoreRules, type IgnoreRules } from "./ignoreRules.ts";
import { MAX_FILE_BYTES } from "./textFile.ts";

/** Rules that hold in a folder and below; a later layer outranks an earlier one. */
export interface RuleLayer {
  readonly rules: IgnoreRules;
  /** Length of the path from the repository's root to the folder of the rules, with `/` at its end. */
  readonly from: number;
  readonly kind: "git" | "own";
}

/** Files with rules: git's, and those for tools that search. The second outranks the first. */
export const RULE_FILES: readonly string[] = [".gitignore", ".ignore"];

/** Whether a path relative to the repository's root is ignored, taken back in (false), or not spoken of. */
export function decide(layers: readonly RuleLayer[], full: string, isFolder: boolean): boolean | undefined {
  for (let at = layers.length - 1; at >= 0; at--) {
    const said = layers[at]!.rules.decide(full, layers[at]!.from, isFolder);
    if (said !== undefined) return said;
  }
  return undefined;
}

/**
 * The layers for what lies in a folder: those from above, and its own. `entries` is all that is in it, if that is known: most
 * folders have no rules, and looking for each file costs a call.
 */
export function layersWithin(
  disk: string,
  from: number,
  above: readonly RuleLayer[],
  entries: readonly { readonly name: string }[] | undefined,
): readonly RuleLayer[] {
  if (entries === undefined) return withRules(disk, from, above, () => true);
  const names = entries.flatMap(({ name }) => (isRuleName(name) ? [name] : []));
  return names.length === 0 ? above : withRules(disk, from, above, (name) => names.includes(name));
}

const isRuleName = (name: string): boolean => name === ".git" || RULE_FILES.includes(name);

/**
 * What holds for a folder from above: rules between the root of its repository and itself. A folder that is ignored as a whole
 * and opened all the same is looked at without them.
 */
export function layersAbove(folder: string): { readonly above: string; readonly layers: readonly RuleLayer[] } {
  const steps: string[] = [];
  let repository = folder;
  while (!fs.existsSync(path.join(repository, ".git"))) {
    const parent = path.dirname(repository);
    // There is no repository: only the folder's own rules count.
    if (parent === repository) return { above: "", layers: [] };
    steps.unshift(path.basename(repository));
    repository = parent;
  }
  let layers: readonly RuleLayer[] = [];
  let above = "";
  for (const step of steps) {
    layers = withRules(path.join(repository, above) + path.sep, above.length, layers, () => true);
    if (decide(layers, above + step, true) === true) layers = [];
    above += `${step}/`;
  }
  return { above, layers };
}

function withRules(
  disk: string,
  from: number,
  above: readonly RuleLayer[],
  has: (name: string) => boolean,
): readonly RuleLayer[] {
  const read = (file: string, kind: RuleLayer["kind"]): RuleLayer[] => {
    const rules = readRules(file);
    return rules === undefined ? [] : [{ rules, from, kind }];
  };
  const store = has(".git") ? gitStore(disk) : undefined;
  return [
    // A repository in another one has rules of its own.
    ...(store === undefined ? above : above.filter(({ kind }) => kind === "own")),
    ...(store === undefined ? [] : read(path.join(store, "info", "exclude"), "git")),
    ...(has(".gitignore") ? read(`${disk}.gitignore`, "git") : []),
    ...(has(".ignore") ? read(`${disk}.ignore`, "own") : []),
  ];
}

/** The folder in which git keeps what belongs to all work trees of the repository rooted here; undefined when none is. */
function gitStore(disk: string): string | undefined {
  const git = `${disk}.git`;
  try {
    if (fs.statSync(git).isDirectory()) return git;
    const named = /^gitdir: (.+)$/m.exec(readSmall(git) ?? "")?.[1];
    if (named === undefined) return undefined;
    const own = path.resolve(disk, named.trim());
    const common = readSmall(path.join(own, "commondir"));
    return common === undefined ? own : path.resolve(own, common.trim());
  } catch {
    return undefined;
  }
}

function readRules(file: string): IgnoreRules | undefined {
  const text = readSmall(file);
  return text === undefined ? undefined : parseIgnoreRules(text);
}

/** The text of a plain file; anything else, such as a pipe that would never end, counts as none. */
function readSmall(file: string): string | undefined {
  try {
    const stat = fs.lstatSync(file, { throwIfNoEntry: false });
    return stat?.isFile() === true && stat.size <= MAX_FILE_BYTES ? fs.readFileSync(file, "utf8") : undefined;
  } catch {
    return undefined;
  }
}

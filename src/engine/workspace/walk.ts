import fs from "node:fs";
import path from "node:path";
import { setImmediate as nextTurn } from "node:timers/promises";

import type { CancellationToken } from "../../core/base/cancellation.ts";
import { cancelled } from "../../protocol/errors.ts";
import type { Skipped, SkipReason } from "../../protocol/workspace.ts";
import { excludeMatcher } from "./excludeMatcher.ts";
import { decide, layersAbove, layersWithin, RULE_FILES, type RuleLayer } from "./ignoreLayers.ts";
import { isSecretName } from "./secrets.ts";
import { MAX_FILE_BYTES } from "./textFile.ts";

export interface WalkOptions {
  readonly folders: readonly { readonly path: string; readonly name: string }[];
  /** Globs, as in the editor's `files.exclude`. */
  readonly exclude: readonly string[];
}

/** A file that may be text: neither ignored nor excluded, secret, too large, a link that leads out, or no plain file. */
export interface WalkedFile {
  readonly file: string;
  readonly path: string;
  readonly size: number;
  readonly mtimeMs: number;
}

export interface WalkResult {
  /** In the order of their paths. */
  readonly files: readonly WalkedFile[];
  readonly skipped: readonly Skipped[];
}

export type Walk = (options: WalkOptions, token: CancellationToken, only?: readonly string[]) => Promise<WalkResult>;

/** A walk holds the engine's thread no longer than this at a time: people wait for answers meanwhile. */
const SLICE_MS = 5;

/**
 * Finds the files of a workspace. With `only`, what of these files and folders there is, by the same rules; what is gone is
 * not listed. File names are read by synchronous calls, in slices: for each file the asynchronous ones cost several times the
 * call itself. Rejects only when cancelled.
 */
export const walkWorkspace: Walk = async ({ folders, exclude }, token, only) => {
  const files: WalkedFile[] = [];
  const skips = tally();
  const isExcluded = excludeMatcher(exclude);
  const roots = rootsOf(folders, skips);
  const wantedPaths = only && withRuleFolders(only);

  let since = performance.now();
  const giveWay = async (): Promise<void> => {
    await nextTurn();
    if (token.isCancellationRequested) throw cancelled();
    since = performance.now();
  };

  const visit = async (root: Root, folder: Folder): Promise<void> => {
    const entries = entriesOf(folder);
    if (entries === undefined) {
      skips.add("unreadable", (root.shown + folder.inside).replace(/\/$/, "") || root.name);
      return;
    }
    const layers = layersWithin(
      folder.disk,
      root.above.length + folder.inside.length,
      folder.layers,
      folder.wanted === WHOLE ? entries : undefined,
    );
    for (const entry of entries) {
      if (performance.now() - since > SLICE_MS) await giveWay();
      const isFolder = entry.isDirectory();
      const inside = folder.inside + entry.name;
      // Another folder of the workspace has a walk of its own.
      if (isFolder && roots.length > 1 && roots.some(({ real }) => real === path.join(root.real, inside))) continue;
      const left = ALWAYS_OUT.has(entry.name)
        ? "excluded"
        : isExcluded(inside, entry.name)
          ? "excluded"
          : decide(layers, root.above + inside, isFolder) === true
            ? "ignored"
            : isSecretName(entry.name, isFolder)
              ? "secret"
              : undefined;
      if (left !== undefined) {
        skips.add(left, root.shown + inside);
        continue;
      }
      const file = folder.disk + entry.name;
      if (isFolder) {
        const wanted = folder.wanted === WHOLE ? WHOLE : folder.wanted.get(entry.name)!;
        await visit(root, { disk: file + path.sep, inside: `${inside}/`, layers, wanted });
      } else if (entry.isSymbolicLink()) {
        const reason = whyNotLink(file, roots);
        if (reason !== undefined) skips.add(reason, root.shown + inside);
      } else if (!entry.isFile()) skips.add("notAFile", root.shown + inside);
      else {
        const stat = statOf(file);
        if (stat === undefined) continue;
        if (stat === "unreadable") skips.add("unreadable", root.shown + inside);
        else if (stat.size > MAX_FILE_BYTES) skips.add("tooLarge", root.shown + inside);
        else files.push({ file, path: root.shown + inside, size: stat.size, mtimeMs: stat.mtimeMs });
      }
    }
  };

  await giveWay();
  for (const root of roots) {
    const wanted = wantedPaths === undefined ? WHOLE : wantedIn(root.disk, wantedPaths);
    if (wanted === undefined) continue;
    const { layers, above } = layersAbove(root.real);
    await visit({ ...root, above }, { disk: root.disk, inside: "", layers, wanted });
  }
  return { files, skipped: skips.all() };
};

/**
 * Changed paths, with the whole folder in the place of an ignore file: what its rules let through may be any file there. Who
 * compares a walk of some paths with what was known must compare these.
 */
export const withRuleFolders = (only: readonly string[]): readonly string[] =>
  only.map((changed) => (RULE_FILES.includes(path.basename(changed)) ? path.dirname(changed) : changed));

/** The stores of version control are no text of anybody's. */
const ALWAYS_OUT: ReadonlySet<string> = new Set([".git", ".hg", ".svn"]);

interface WorkspaceRoot {
  readonly name: string;
  /** Absolute, with a separator at its end; `real` without links and without that separator. */
  readonly disk: string;
  readonly real: string;
  /** What stands before its files' paths. */
  readonly shown: string;
}
interface Root extends WorkspaceRoot {
  /** From the repository's root to the folder, with `/` at its end; empty if that is the folder itself. */
  readonly above: string;
}

interface Folder {
  readonly disk: string;
  /** From the root, with `/` at its end; empty for the root. */
  readonly inside: string;
  readonly layers: readonly RuleLayer[];
  readonly wanted: Wanted;
}

/** What of a folder is wanted: all of it, or these names and what of them. */
type Wanted = typeof WHOLE | Map<string, Wanted>;
const WHOLE = Symbol("whole");

/** What Dirent and Stats have in common. */
type Entry = Pick<fs.Dirent, "name" | "isDirectory" | "isFile" | "isSymbolicLink">;

function rootsOf(folders: WalkOptions["folders"], skips: Tally): WorkspaceRoot[] {
  const roots: WorkspaceRoot[] = [];
  for (const { path: given, name } of folders) {
    try {
      const real = fs.realpathSync.native(given);
      const disk = given.endsWith(path.sep) ? given : given + path.sep;
      if (roots.every((root) => root.real !== real))
        roots.push({
          name,
          disk,
          real: real.endsWith(path.sep) ? real.slice(0, -1) : real,
          shown: folders.length > 1 ? `${name}/` : "",
        });
    } catch {
      skips.add("unreadable", name);
    }
  }
  return roots;
}

/** undefined when nothing in the folder is wanted. */
function wantedIn(disk: string, only: readonly string[]): Wanted | undefined {
  const tree = new Map<string, Wanted>();
  for (const given of only) {
    if (disk === given + path.sep || disk.startsWith(given.endsWith(path.sep) ? given : given + path.sep)) return WHOLE;
    if (!given.startsWith(disk)) continue;
    const steps = given
      .slice(disk.length)
      .split(path.sep)
      .filter((step) => step !== "");
    let at: Wanted = tree;
    for (const [index, step] of steps.entries()) {
      const next: Wanted | undefined = at.get(step);
      if (next === WHOLE) break;
      if (index === steps.length - 1) at.set(step, WHOLE);
      else if (next !== undefined) at = next;
      else {
        const below: Wanted = new Map();
        at.set(step, below);
        at = below;
      }
    }
  }
  return tree.size === 0 ? undefined : tree;
}

/** What is in a folder, by name; undefined when it cannot be read. */
function entriesOf({ disk, wanted }: Folder): readonly Entry[] | undefined {
  if (wanted !== WHOLE)
    return [...wanted.keys()].toSorted().flatMap((name) => {
      const stat = statOf(disk + name);
      return stat === undefined || stat === "unreadable" ? [] : [Object.assign(stat, { name })];
    });
  try {
    return fs.readdirSync(disk, { withFileTypes: true }).sort((a, b) => (a.name < b.name ? -1 : 1));
  } catch (error) {
    return isGone(error) ? [] : undefined;
  }
}

/** undefined when it has gone meanwhile. */
function statOf(file: string): fs.Stats | "unreadable" | undefined {
  try {
    return fs.lstatSync(file, { throwIfNoEntry: false });
  } catch {
    return "unreadable";
  }
}

const isGone = (error: unknown): boolean => (error as NodeJS.ErrnoException).code === "ENOENT";

/** Links are not followed, so loops end and nothing comes twice: what they point at in the workspace is found there. */
function whyNotLink(file: string, roots: readonly WorkspaceRoot[]): SkipReason | undefined {
  try {
    const target = fs.realpathSync.native(file);
    return roots.some(({ real }) => target === real || target.startsWith(real + path.sep)) ? undefined : "linkOutside";
  } catch {
    return "unreadable";
  }
}

interface Tally {
  add(reason: SkipReason, shown: string): void;
  all(): readonly Skipped[];
}

/** Examples of each reason that are kept for people. */
const EXAMPLES = 5;

function tally(): Tally {
  const counts = new Map<SkipReason, { count: number; readonly examples: string[] }>();
  return {
    add: (reason, shown) => {
      let found = counts.get(reason);
      if (found === undefined) counts.set(reason, (found = { count: 0, examples: [] }));
      found.count++;
      if (found.examples.length < EXAMPLES) found.examples.push(shown);
    },
    all: () => [...counts].map(([reason, { count, examples }]) => ({ reason, count, examples })),
  };
}

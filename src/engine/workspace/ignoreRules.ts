/** The rules of one ignore file, for what lies in and below its folder. */
export interface IgnoreRules {
  /**
   * What they say of a path: ignored, taken back in (`!`), or nothing (undefined). `path.slice(from)` is relative to the
   * folder of the rules, with `/`. Parents are not looked at: who walks does not enter an ignored folder, as git does not.
   */
  decide(path: string, from: number, isFolder: boolean): boolean | undefined;
}

/**
 * Reads the text of a `.gitignore` (git's documentation of gitignore is the reference); undefined when it has no rule. A walk
 * asks about every file, so plain names, plain paths and `*.extension` are looked up and only other patterns are tried one by
 * one. Trying takes time linear in pattern × path: rules come with the repositories of strangers.
 */
export function parseIgnoreRules(text: string): IgnoreRules | undefined {
  const names = new Map<string, Rule[]>();
  const extensions = new Map<string, Rule[]>();
  const paths = new Map<string, Rule[]>();
  const patterns: (Rule & { readonly matches: (name: string, parts: () => readonly string[]) => boolean })[] = [];
  let order = 0;
  for (const line of text.replace(/^\uFEFF/, "").split(/\r?\n/)) {
    const parsed = parseLine(line);
    if (parsed === undefined) continue;
    const { glob, anchored } = parsed;
    const rule = { order: order++, ignored: parsed.ignored, foldersOnly: parsed.foldersOnly };
    if (!/[*?[\\]/.test(glob)) add(anchored ? paths : names, glob, rule);
    else if (!anchored && /^\*\.[^*?[\\.]+$/.test(glob)) add(extensions, glob.slice(2), rule);
    else {
      const matches = anchored ? pathMatcher(glob) : nameMatcher(glob);
      if (matches !== undefined) patterns.push({ ...rule, matches });
    }
  }
  if (order === 0) return undefined;

  return {
    decide(given, from, isFolder) {
      const full = fold(given);
      const name = full.slice(full.lastIndexOf("/") + 1);
      // The last rule that matches decides.
      let last = lastOf(names.get(name), isFolder);
      if (extensions.size > 0) {
        const dot = name.lastIndexOf(".");
        if (dot >= 0) last = later(last, lastOf(extensions.get(name.slice(dot + 1)), isFolder));
      }
      if (paths.size > 0) last = later(last, lastOf(paths.get(full.slice(from)), isFolder));
      let split: readonly string[] | undefined;
      const parts = (): readonly string[] => (split ??= full.slice(from).split("/"));
      for (let at = patterns.length - 1; at >= 0; at--) {
        const pattern = patterns[at]!;
        if (last !== undefined && pattern.order < last.order) break;
        if ((pattern.foldersOnly && !isFolder) || !pattern.matches(name, parts)) continue;
        last = pattern;
        break;
      }
      return last?.ignored;
    },
  };
}

interface Rule {
  readonly order: number;
  readonly ignored: boolean;
  readonly foldersOnly: boolean;
}

/** Where the file system takes no notice of case, git takes none. */
const fold: (text: string) => string =
  process.platform === "win32" || process.platform === "darwin" ? (text) => text.toLowerCase() : (text) => text;

function add(index: Map<string, Rule[]>, key: string, rule: Rule): void {
  const rules = index.get(key);
  if (rules === undefined) index.set(key, [rule]);
  else rules.push(rule);
}

const lastOf = (rules: readonly Rule[] | undefined, isFolder: boolean): Rule | undefined =>
  rules?.findLast(({ foldersOnly }) => isFolder || !foldersOnly);

const later = (a: Rule | undefined, b: Rule | undefined): Rule | undefined =>
  a === undefined || (b !== undefined && b.order > a.order) ? b : a;

interface Line {
  readonly glob: string;
  readonly ignored: boolean;
  readonly foldersOnly: boolean;
  /** Whether it is a path from the folder of the rules; else a name at any depth. */
  readonly anchored: boolean;
}

function parseLine(line: string): Line | undefined {
  if (line.startsWith("#")) return undefined;
  // Spaces at the end count only behind a backslash.
  let glob = fold(line)
    .replace(/(?<!\\) +$/, "")
    .replace(/(\\ ) +$/, "$1");
  const ignored = !glob.startsWith("!");
  if (!ignored) glob = glob.slice(1);
  const foldersOnly = glob.endsWith("/");
  if (foldersOnly) glob = glob.slice(0, -1);
  let anchored = glob.includes("/");
  if (glob.startsWith("/")) glob = glob.slice(1);
  // The same as a name at any depth, which can be looked up.
  const anywhere = /^(?:\*\*\/)+([^/]+)$/.exec(glob)?.[1];
  if (anywhere !== undefined) {
    glob = anywhere;
    anchored = false;
  }
  return glob === "" ? undefined : { glob, ignored, foldersOnly, anchored };
}

/** Any number of items. */
const MANY = Symbol("many");
type Token<T> = typeof MANY | ((item: T) => boolean);

function nameMatcher(glob: string): ((name: string) => boolean) | undefined {
  const tokens = nameTokens(glob);
  return tokens && ((name) => matchesAll(tokens, name));
}

function pathMatcher(glob: string): ((name: string, parts: () => readonly string[]) => boolean) | undefined {
  const tokens: Token<string>[] = [];
  const steps = glob.split("/");
  for (const [index, step] of steps.entries()) {
    if (/^\*\*+$/.test(step)) {
      // At the end it means all that is inside, not the folder itself.
      if (index === steps.length - 1) tokens.push(() => true);
      tokens.push(MANY);
      continue;
    }
    const matches = nameMatcher(step);
    if (matches === undefined) return undefined;
    tokens.push(matches);
  }
  return (_, parts) => matchesAll(tokens, parts());
}

/** undefined for what git takes for broken: it matches nothing. */
function nameTokens(glob: string): readonly Token<string>[] | undefined {
  const tokens: Token<string>[] = [];
  for (let at = 0; at < glob.length; at++) {
    const char = glob[at]!;
    if (char === "*") {
      if (tokens.at(-1) !== MANY) tokens.push(MANY);
    } else if (char === "?") tokens.push(() => true);
    else if (char === "[") {
      const set = parseSet(glob, at + 1);
      if (set === undefined) return undefined;
      tokens.push(set.has);
      at = set.end;
    } else {
      if (char === "\\") at++;
      const wanted = glob[at];
      if (wanted === undefined) return undefined;
      tokens.push((item) => item === wanted);
    }
  }
  return tokens;
}

const CLASSES: Readonly<Record<string, RegExp>> = {
  alpha: /[a-z]/i,
  digit: /\d/,
  alnum: /[a-z\d]/i,
  upper: /[A-Z]/,
  lower: /[a-z]/,
  space: /\s/,
  blank: /[ \t]/,
  punct: /[!-/:-@[-`{-~]/,
  xdigit: /[\da-f]/i,
};

/** A set in brackets; `at` is behind the opening one, `end` on the closing one. */
function parseSet(glob: string, at: number): { readonly has: (item: string) => boolean; readonly end: number } | undefined {
  const negated = glob[at] === "!" || glob[at] === "^";
  if (negated) at++;
  const tests: ((item: string) => boolean)[] = [];
  for (let first = true; ; first = false) {
    const named = /^\[:(\w+):\]/.exec(glob.slice(at));
    if (named !== null) {
      const known = CLASSES[named[1]!];
      if (known === undefined) return undefined;
      tests.push((item) => known.test(item));
      at += named[0].length;
      continue;
    }
    if (glob[at] === "]" && !first) return { has: (item) => tests.some((test) => test(item)) !== negated, end: at };
    const low = glob[at] === "\\" ? glob[++at] : glob[at];
    at++;
    let high = low;
    if (glob[at] === "-" && glob[at + 1] !== undefined && glob[at + 1] !== "]") {
      at++;
      high = glob[at] === "\\" ? glob[++at] : glob[at];
      at++;
    }
    if (low === undefined || high === undefined) return undefined;
    tests.push((item) => item >= low && item <= high);
  }
}

/** It is enough to go back to the last MANY: what an earlier one could take, the last can. */
function matchesAll<T>(tokens: readonly Token<T>[], items: ArrayLike<T>): boolean {
  let token = 0;
  let item = 0;
  let many = -1;
  let taken = 0;
  while (item < items.length) {
    const next = tokens[token];
    if (next === MANY) {
      many = token++;
      taken = item;
    } else if (next?.(items[item]!) === true) {
      token++;
      item++;
    } else if (many >= 0) {
      token = many + 1;
      item = ++taken;
    } else return false;
  }
  while (tokens[token] === MANY) token++;
  return token === tokens.length;
}

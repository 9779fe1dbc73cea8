import { withoutNewer } from "./newerUnicode.ts";

/** What becomes of the stretches that a pattern matches. */
export const BEHAVIOURS = ["Removed", "Isolated", "MergedWithPrevious", "MergedWithNext", "Contiguous"] as const;
export type Behaviour = (typeof BEHAVIOURS)[number];

/**
 * The pre-tokenizer Split of a tokenizer.json, equal to the Rust library's; undefined for an expression that is not known to
 * mean the same here. `invert` swaps what matches and what does not.
 */
export function splitter(pattern: unknown, behaviour: Behaviour, invert: boolean): ((text: string) => string[]) | undefined {
  const expression = expressionOf(pattern);
  if (expression === undefined) return undefined;
  return (text) => joined(stretches(text, withoutNewer(text).matchAll(expression), invert), behaviour);
}

/** The pre-tokenizer Digits: numbers of any script stand alone, each digit or all that follow one another. */
export function digits(each: boolean): (text: string) => string[] {
  const behaviour = each ? "Isolated" : "Contiguous";
  // No expression of the library's: Rust's own table of numbers, which is as new as this Node's.
  return (text) => joined(stretches(text, text.matchAll(/\p{N}/gu), false), behaviour);
}

interface Stretch {
  readonly text: string;
  readonly matches: boolean;
}

/** All of a text, cut where matches begin and end; none is empty. */
function stretches(text: string, matches: Iterable<RegExpExecArray>, invert: boolean): Stretch[] {
  const found: Stretch[] = [];
  let from = 0;
  for (const match of matches) {
    const to = match.index + match[0].length;
    if (match.index > from) found.push({ text: text.slice(from, match.index), matches: invert });
    if (to > match.index) found.push({ text: text.slice(match.index, to), matches: !invert });
    from = to;
  }
  if (from < text.length) found.push({ text: text.slice(from), matches: invert });
  return found;
}

function joined(found: readonly Stretch[], behaviour: Behaviour): string[] {
  switch (behaviour) {
    case "Removed":
      return found.filter(({ matches }) => !matches).map(({ text }) => text);
    case "Isolated":
      return found.map(({ text }) => text);
    case "Contiguous":
      return joinedWhere(found, (at) => found[at]!.matches === found[at - 1]!.matches);
    case "MergedWithPrevious":
      return joinedWhere(found, (at) => found[at]!.matches && !found[at - 1]!.matches);
    case "MergedWithNext":
      return joinedWhere(found, (at) => found[at - 1]!.matches && !found[at]!.matches);
  }
}

/** Stretches, of which one goes with that before it where `joins` says so. */
function joinedWhere(found: readonly Stretch[], joins: (at: number) => boolean): string[] {
  const parts: string[] = [];
  found.forEach(({ text }, at) => {
    if (at > 0 && joins(at)) parts.push(parts.pop()! + text);
    else parts.push(text);
  });
  return parts;
}

/** A pattern of a tokenizer.json; undefined for an expression that is not known to mean the same here. */
export function expressionOf(pattern: unknown): RegExp | undefined {
  if (typeof pattern !== "object" || pattern === null) return undefined;
  if ("String" in pattern && typeof pattern.String === "string" && pattern.String !== "")
    return new RegExp(escaped(pattern.String), "gu");
  if (!("Regex" in pattern) || typeof pattern.Regex !== "string") return undefined;
  const translated = translate(pattern.Regex);
  try {
    return translated === undefined ? undefined : new RegExp(translated, "gu");
  } catch {
    return undefined;
  }
}

/** One element of an expression in the library's dialect (Oniguruma's), and what it is in ours. cspell:ignore ultmo cdseifo mcko rntfv */
const ELEMENTS: readonly (readonly [element: RegExp, ours: (found: RegExpExecArray) => string])[] = [
  // Categories of characters; \s is white space by Unicode, not by JavaScript.
  [/^\\[pP]\{(?:L[ultmo]?|N[dlo]?|M[nce]?|P[cdseifo]?|S[mcko]?|Z[slp]?)\}/, ([all]) => all],
  [/^\\([sS])/, ([, kind]) => (kind === "s" ? "\\p{White_Space}" : "\\P{White_Space}")],
  [/^\\([dD])/, ([, kind]) => (kind === "d" ? "\\p{Nd}" : "\\P{Nd}")],
  [/^\\[rntfv]/, ([all]) => all],
  [/^\\x\{([0-9A-Fa-f]{1,6})\}/, ([, code]) => `\\u{${code!}}`],
  [/^\\(?:x[0-9A-Fa-f]{2}|u[0-9A-Fa-f]{4})/, ([all]) => all],
  [/^\\([^A-Za-z0-9])/, ([, char]) => escaped(char!)],
];
const OUTSIDE: typeof ELEMENTS = [
  [/^\((?:\?(?::|=|!|<=|<!|i:)|(?!\?))/, ([all]) => all],
  // A + after one of these would be possessive there.
  [/^(?:[?*+]|\{\d+(?:,\d*)?\})\??(?!\+)/, ([all]) => all],
  [/^[|)]/, ([all]) => all],
  [/^\./, () => "[^\\n]"],
  [/^[^\\()[\]{}.*+?|^$]/u, ([all]) => escaped(all)],
];
const INSIDE: typeof ELEMENTS = [
  [/^-/, ([all]) => all],
  [/^[^\\[\]&^-]/u, ([all]) => escaped(all)],
];

/** Text as an expression that matches it and nothing else. */
export function escaped(text: string): string {
  return text.replace(SYNTAX, "\\$&");
}

const SYNTAX = /[\^$\\.*+?()[\]{}|/-]/g;

/** The expression as JavaScript writes it, element by element; undefined at the first that is not known to mean the same. */
function translate(pattern: string): string | undefined {
  let out = "";
  let inClass = false;
  for (let rest = pattern; rest !== "";) {
    const edge = inClass ? /^\]/.exec(rest) : /^\[\^?(?!\])/.exec(rest);
    if (edge !== null) {
      inClass = !inClass;
      out += edge[0];
      rest = rest.slice(edge[0].length);
      continue;
    }
    let length = 0;
    for (const [element, ours] of [...ELEMENTS, ...(inClass ? INSIDE : OUTSIDE)]) {
      const found = element.exec(rest);
      if (found === null) continue;
      out += ours(found);
      length = found[0].length;
      break;
    }
    if (length === 0) return undefined;
    rest = rest.slice(length);
  }
  return inClass ? undefined : out;
}

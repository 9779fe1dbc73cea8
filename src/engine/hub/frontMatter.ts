/** Entries of a front matter that hold text, or a list of texts. */
export type FrontMatter = Readonly<Record<string, readonly string[]>>;

/** Nobody's front matter is longer: those with many results of benchmarks come near. A README may be anything. */
const MAX_LINES = 20_000;

/**
 * The settings between the two `---` at the head of a model card, as far as they are text or lists of text: that is all a
 * card is filled from. Anything else that YAML can say (maps, long texts, anchors) is passed over, never guessed at.
 */
export function readFrontMatter(markdown: string): FrontMatter {
  const lines = markdown
    .replace(/^\uFEFF/, "")
    .split(/\r?\n/, MAX_LINES)
    .map((line) => line.trimEnd());
  const end = lines.findIndex((line, at) => at > 0 && (line === "---" || line === "..."));
  if (lines[0] !== "---" || end < 0) return {};
  const found = new Map<string, string[]>();
  let list: string[] | undefined;
  /** How far the items of the list are set in: what is set in further belongs to one of them. */
  let indent: number | undefined;
  for (const line of lines.slice(1, end)) {
    const [, spaces, item] = /^( *)-\s+(.*)$/.exec(line) ?? [];
    if (item !== undefined) {
      indent ??= spaces!.length;
      const text = spaces!.length === indent ? scalar(item) : undefined;
      if (text !== undefined) list?.push(text);
      continue;
    }
    const [, quoted, plain, rest = ""] = /^(?:["']([\w-]+)["']|([A-Za-z_][\w-]*))\s*:(?:\s+(.*))?$/.exec(line) ?? [];
    const key = quoted ?? plain;
    if (key === undefined) {
      // A map begins, or a long text: what follows set in is of it.
      if (/^ +\S/.test(line)) indent ??= -1;
      continue;
    }
    list = [];
    indent = undefined;
    found.set(key, list);
    const inline = /^\[(.*)\]\s*(?:#.*)?$/.exec(rest)?.[1];
    const texts = inline === undefined ? [scalar(rest)] : [...inline.matchAll(FLOW_ITEM)].map(([text]) => scalar(text));
    list.push(...texts.filter((text) => text !== undefined));
  }
  return Object.fromEntries([...found].filter(([, texts]) => texts.length > 0));
}

/** Between commas, those in quotation marks aside. */
const FLOW_ITEM = /\s*(?:"(?:[^"\\]|\\.)*"|'(?:[^']|'')*'|[^,])+/g;

/** undefined for what is no plain or quoted text. */
function scalar(written: string): string | undefined {
  const text = written.trim();
  const quoted = /^(?:"((?:[^"\\]|\\.)*)"|'((?:[^']|'')*)')\s*(?:#.*)?$/.exec(text);
  if (quoted !== null) return quoted[1]?.replace(/\\(.)/g, "$1") ?? quoted[2]!.replaceAll("''", "'");
  const plain = text.replace(/(^|\s)#.*$/, "").trim();
  if (
    plain === "" ||
    plain.startsWith("- ") ||
    /^["'{}[\]&*!|>%@`]/.test(plain) ||
    /:(\s|$)/.test(plain) ||
    /^(~|null)$/i.test(plain)
  )
    return undefined;
  return plain;
}

/** Entries of a front matter that hold text, or a list of texts. */
export type FrontMatter = Readonly<Record<string, readonly string[]>>;

/** Nobody's front matter is longer; a README may be anything. */
const MAX_LINES = 2000;

/**
 * The settings between the two `---` at the head of a model card, as far as they are text or lists of text: that is all a
 * card is filled from. Anything else that YAML can say (maps, long texts, anchors) is passed over, never guessed at.
 */
export function readFrontMatter(markdown: string): FrontMatter {
  const lines = markdown.replace(/^\uFEFF/, "").split(/\r?\n/, MAX_LINES);
  const end = lines.indexOf("---", 1);
  if (lines[0]?.trimEnd() !== "---" || end < 0) return {};
  const found = new Map<string, string[]>();
  let list: string[] | undefined;
  for (const line of lines.slice(1, end)) {
    const item = /^\s*-\s+(.*)$/.exec(line)?.[1];
    if (item !== undefined) {
      const text = scalar(item);
      if (text !== undefined) list?.push(text);
      continue;
    }
    const [, key, rest] = /^([A-Za-z_][\w-]*):(?:\s+(.*))?$/.exec(line) ?? [];
    if (key === undefined) continue;
    list = [];
    found.set(key, list);
    const inline = /^\[(.*)\]\s*(#.*)?$/.exec(rest ?? "")?.[1];
    const texts = inline === undefined ? [scalar(rest ?? "")] : inline.split(",").map(scalar);
    list.push(...texts.filter((text) => text !== undefined));
  }
  return Object.fromEntries([...found].filter(([, texts]) => texts.length > 0));
}

/** undefined for what is no plain or quoted text. */
function scalar(written: string): string | undefined {
  const text = written.trim();
  const quoted = /^"((?:[^"\\]|\\.)*)"|^'((?:[^']|'')*)'/.exec(text);
  if (quoted !== null) return quoted[1]?.replace(/\\(.)/g, "$1") ?? quoted[2]!.replaceAll("''", "'");
  const plain = text.replace(/(^|\s)#.*$/, "").trim();
  if (plain === "" || /^[{}[\]&*!|>%@`]/.test(plain) || /:(\s|$)/.test(plain) || /^(~|null)$/i.test(plain)) return undefined;
  return plain;
}

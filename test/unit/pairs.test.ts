import assert from "node:assert/strict";
import { test } from "node:test";

import { pairOf } from "../../src/core/proof/minePairs.ts";
import { CODE_PAIRS } from "../../src/core/proof/pairs/codePairs.ts";
import { PROSE_PAIRS } from "../../src/core/proof/pairs/prosePairs.ts";

test("comments and code, headings and sections are mined as pairs, and what says too little is not", () => {
  const body = "export function parse(text: string): number {\n  return Number.parseInt(text.trim(), 10);\n}";
  const of = (kind: "function" | "heading" | "code", text: string) => pairOf({ kind, text });
  const pair = ["Reads a whole number out of a text.", body];
  assert.deepEqual(
    of("function", `/**\n * Reads a whole number\n * out of a text.\n *\n * More.\n * @param text any\n */\n${body}`),
    pair,
  );
  assert.deepEqual(of("function", `/** Reads a whole number out of a text. */\n${body}`), pair);
  assert.deepEqual(of("function", `// Reads a whole number\n// out of a text.\n${body}`), pair);
  assert.deepEqual(of("function", `/// Reads a whole number out of a text.\n#[inline]\n${body}`)?.[0], pair[0]);
  const python = (doc: string): string =>
    `def parse(text):\n    ${doc}return int(text.strip().replace("_", ""), base=10) or None\n`;
  assert.deepEqual(of("function", python('"""Reads a whole number out of a text.\n\n    Args: text.\n    """\n    ')), [
    "Reads a whole number out of a text.",
    python("\n    ").trim(),
  ]);
  const section = "Set the address in the settings, then run the command that shares the index.";
  assert.deepEqual(of("heading", `## Share an \`index\`\n\n${section}\n`), ["Share an index", section]);
  for (const [kind, text] of [
    ["function", body],
    ["function", `/** Parses. */\n${body}`],
    ["function", "/** Reads a whole number out of a text. */\nconst a = 1;"],
    ["code", `/** Reads a whole number out of a text. */\n${body}`],
    ["heading", `# Index\n\n${section}`],
  ] as const)
    assert.equal(of(kind, text), undefined, text);
});

test("the built-in pairs are all different, on both sides", () => {
  const all = [...PROSE_PAIRS, ...CODE_PAIRS];
  assert.ok(all.length >= 60);
  for (const side of [0, 1] as const) assert.equal(new Set(all.map((pair) => pair[side])).size, all.length);
});

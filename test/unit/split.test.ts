import assert from "node:assert/strict";
import { fileURLToPath } from "node:url";
import { test } from "node:test";

import { seededRandom } from "../../src/core/base/random.ts";
import { lineMap } from "../../src/core/text/positions.ts";
import type { Segment, SplitMode } from "../../src/core/text/segment.ts";
import { createSplitter } from "../../src/engine/split/splitter.ts";
import { oddText } from "./oddText.ts";

const splitter = createSplitter(fileURLToPath(new URL("../../node_modules/@vscode/tree-sitter-wasm/wasm", import.meta.url)));
const split = (languageId: string, text: string, mode: SplitMode = "auto"): Promise<Segment[]> =>
  splitter.split({ text, languageId, path: "file" }, mode);
const names = async (languageId: string, text: string): Promise<string[]> =>
  (await split(languageId, text)).map(({ kind, label }) => `${kind} ${label}`);

test("a range leads back to exactly the segment's text, in any text", async () => {
  const random = seededRandom(5);
  for (let round = 0; round < 300; round++) {
    const text = oddText(random, 30);
    const map = lineMap(text);
    for (const [language, mode] of [
      ["plaintext", "lines"],
      ["plaintext", "paragraphs"],
      ["markdown", "auto"],
      ["typescript", "auto"],
      ["plaintext", "file"],
    ] as const) {
      let end = 0;
      for (const segment of await split(language, text, mode)) {
        const [from, to] = [map.offsetAt(segment.range.start), map.offsetAt(segment.range.end)];
        assert.equal(text.slice(from, to), segment.text);
        assert.ok(from >= end && segment.text.trim() !== "" && segment.label !== "");
        end = to;
      }
    }
  }
});

test("symbols of each language, with their comments and their classes' names", async () => {
  assert.deepEqual(
    await names(
      "typescript",
      "/** A. */\nexport function a() {}\nconst b = (x: number) => x;\nclass C { d() {} get e() { return 1; } }\ninterface F { g: 1 }",
    ),
    ["function a", "function b", "method C.d", "method C.e", "interface F"],
  );
  assert.deepEqual(await names("python", "@wrap\ndef a():\n  pass\n\nclass B:\n  def c(self):\n    pass\n"), [
    "function a",
    "function B.c",
  ]);
  assert.deepEqual(await names("go", "package p\nfunc (s *Stack) Push(v int) {}\nfunc New() {}\n"), [
    "method Stack.Push",
    "function New",
  ]);
  assert.deepEqual(await names("rust", "fn a() {}\nimpl Foo { fn b(&self) {} }"), ["function a", "function Foo.b"]);
  assert.deepEqual(await names("java", "class A { int f() { return 1; } A() {} }"), ["method A.f", "method A.A"]);
  assert.deepEqual(await names("cpp", "int f(int a) { return a; }\nclass A { void g() {} };"), ["function f", "function A.g"]);
  assert.deepEqual(await names("c", "static int f(int a) { return a; }\nint g(void) { return 1; }"), [
    "function f",
    "function g",
  ]);
  assert.deepEqual(await names("csharp", "class A { int F() { return 1; } }"), ["method A.F"]);
  assert.deepEqual(await names("ruby", "class A\n  def b; 1; end\nend\ndef c; end"), ["method A.b", "method c"]);
  assert.deepEqual(await names("php", "<?php\nclass A { function b() { return 1; } }\nfunction c() {}"), [
    "method A.b",
    "function c",
  ]);
});

test("a comment right before a symbol belongs to it", async () => {
  const [first] = await split("typescript", "// says what a does\nfunction a() {}\nfunction b() {}");
  assert.match(first!.text, /^\/\/ says/);
});

test("several ranges are one segment each; one range is split, by lines if nothing else is there", async () => {
  const text = "one\ntwo\nthree\n";
  const line = (at: number) => ({ start: { line: at, character: 0 }, end: { line: at, character: 99 } });
  const both = await splitter.split({ text, languageId: "plaintext", path: "f", ranges: [line(0), line(2)] }, "auto");
  assert.deepEqual(
    both.map(({ kind, text: piece }) => `${kind} ${piece}`),
    ["selection one", "selection three"],
  );
  const all = { start: { line: 0, character: 0 }, end: { line: 3, character: 0 } };
  const lines = await splitter.split({ text, languageId: "plaintext", path: "f", ranges: [all] }, "auto");
  assert.deepEqual(
    lines.map(({ label }) => label),
    ["one", "two", "three"],
  );
});

test("Markdown: headings keep their first paragraph, fences stay whole, front matter is left out", async () => {
  const text = "---\ntitle: x\n---\n# A\n\nfirst\n\nsecond\n\n```js\na\n\nb\n```\n## B\n";
  assert.deepEqual(
    (await split("markdown", text)).map(({ label, text: piece }) => [label, piece]),
    [
      ["A", "# A\n\nfirst"],
      ["A: second", "second"],
      ["A: js", "```js\na\n\nb\n```"],
      ["B", "## B"],
    ],
  );
});

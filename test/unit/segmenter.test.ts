import assert from "node:assert/strict";
import fs from "node:fs";
import path from "node:path";
import { test } from "node:test";

import { seededRandom } from "../../src/core/base/random.ts";
import { languageOf } from "../../src/core/text/languageOf.ts";
import { lineMap } from "../../src/core/text/positions.ts";
import { createSplitter } from "../../src/engine/split/splitter.ts";
import type { IndexSegment } from "../../src/engine/store/catalogue.ts";
import { createSegmenter } from "../../src/engine/workspace/segmenter.ts";
import { oddText } from "./oddText.ts";

const root = path.resolve(import.meta.dirname, "../..");
const splitter = createSplitter(path.join(root, "node_modules/@vscode/tree-sitter-wasm/wasm"));
const segmenter = createSegmenter(splitter);
const cut = (languageId: string, text: string, header = true): Promise<readonly IndexSegment[]> =>
  segmenter({ text, languageId, path: "file" }, { header });
const random = seededRandom(3);
const pick = (count: number): number => Math.floor(random() * count);

const ownSources = fs
  .readdirSync(path.join(root, "src"), { recursive: true, encoding: "utf8" })
  .filter((name) => name.endsWith(".ts"))
  .toSorted()
  .map((name) => fs.readFileSync(path.join(root, "src", name), "utf8"));

const exact = (text: string, segments: readonly IndexSegment[]): void => {
  const map = lineMap(text);
  let end = 0;
  for (const { text: whole, headerLength, range, label } of segments) {
    const from = map.offsetAt(range.start);
    assert.equal(text.slice(from, map.offsetAt(range.end)), whole.slice(headerLength));
    assert.ok(headerLength === 0 || whole[headerLength - 1] === "\n");
    assert.ok(from >= end && label !== "");
    end = map.offsetAt(range.end);
  }
};

test("ranges lead back to exactly the text without its header, in any text of any language", async () => {
  for (let round = 0; round < 150; round++) {
    const text = oddText(random, 40);
    for (const language of ["plaintext", "markdown", "typescript", "python", "json"]) {
      const segments = await cut(language, text);
      exact(text, segments);
      assert.deepEqual(await cut(language, text), segments);
      assert.ok(segments.every(({ text: piece }) => (piece.match(/[\p{L}\p{N}]/gu) ?? []).length >= 3));
    }
  }
  for (const text of ownSources) exact(text, await cut("typescript", text));
});

test("the names a symbol stands in come first, unless they are not wanted", async () => {
  const text =
    "namespace cache {\n  export class LruCache {\n    get(key: string) {\n      return key;\n    }\n  }\n}\nfunction top() {}\n";
  assert.deepEqual(
    (await cut("typescript", text)).map(({ label, text: piece, headerLength }) => [label, piece.split("\n")[0], headerLength]),
    [
      ["cache.LruCache.get", "cache.LruCache", 15],
      ["top", "function top() {}", 0],
    ],
  );
  assert.ok((await cut("typescript", text, false)).every(({ headerLength }) => headerLength === 0));
  const [method] = await cut("python", "class Store:\n    def open(self):\n        pass\n");
  assert.equal(method!.text, "Store\ndef open(self):\n        pass");
});

test("Markdown is cut by headings and paragraphs, without a header line", async () => {
  const segments = await cut("markdown", "# Title\n\nFirst words.\n\nSecond words.\n\n***\n");
  assert.deepEqual(
    segments.map(({ label, text, headerLength }) => [label, text, headerLength]),
    [
      ["Title", "# Title\n\nFirst words.", 0],
      ["Title: Second words.", "Second words.", 0],
    ],
  );
});

test("tiny paragraphs go with the next, long ones are cut", async () => {
  const long = "This paragraph says quite a lot. ".repeat(8).trim();
  const segments = await cut("plaintext", `Title\n\n${long}\n\nsmall\n\nsmaller\n\n${long}\n\nend of it`);
  assert.deepEqual(
    segments.map(({ text }) => text),
    [`Title\n\n${long}`, `small\n\nsmaller\n\n${long}`, "end of it"],
  );
  const data = JSON.stringify(
    Array.from({ length: 300 }, (_, index) => ({ index, name: `row ${String(index)}` })),
    null,
    1,
  );
  const windows = await cut("json", data);
  assert.ok(windows.length > 4 && windows.every(({ text }) => text.length <= 2400));
});

test("a long function is cut into windows that bear its name and number", async () => {
  const lines = Array.from({ length: 300 }, (_, index) => `  call${String(index)}(argument, ${String(index)});`);
  const segments = await cut("typescript", `class Big {\n  run() {\n${lines.join("\n")}\n  }\n}\n`);
  assert.ok(segments.length > 3);
  assert.deepEqual(
    segments.map(({ label }) => label),
    segments.map((_, index) => (index === 0 ? "Big.run" : `Big.run (${String(index + 1)})`)),
  );
  assert.ok(segments.every(({ text, headerLength }) => text.startsWith("Big\n") && headerLength === 4));
});

test("thousands of tiny symbols become windows", async () => {
  const text = Array.from({ length: 6000 }, (_, index) => `function f${String(index)}() {}`).join("\n");
  const segments = await cut("typescript", text);
  assert.ok(segments.length < 5000 && segments.length > 50);
  exact(text, segments);
});

test("a grammar that fails leaves a text of paragraphs", async () => {
  const broken = createSegmenter({ split: () => Promise.reject(new Error("no grammar")) });
  const segments = await broken({ text: "function f() {}", languageId: "typescript", path: "f" }, { header: true });
  assert.deepEqual(
    segments.map(({ text }) => text),
    ["function f() {}"],
  );
});

/** A name in camelCase: no keyword, without which a line would be another thing altogether. */
const NAME = /\b[a-z]+[A-Z]\w*/;

test("an edit of one line in the project's own sources changes at most two texts, nearly always one", async () => {
  const counts = new Map<number, number>();
  for (const text of ownSources) {
    const before = new Set((await cut("typescript", text)).map(({ text: piece }) => piece));
    const lines = text.split("\n");
    for (let round = 0; round < 4; round++) {
      const at = pick(lines.length);
      // Edits that a compiler would take: another number or name, a remark at the end of the line, a line of comment.
      const edits = [
        () => [lines[at]!.replace(NAME, (name) => `${name}Again`)],
        () => [`${lines[at]!} // as said above`],
        () => ["// this is said here", lines[at]!],
      ];
      const changed = lines.toSpliced(at, 1, ...edits[pick(edits.length)]!()).join("\n");
      const fresh = (await cut("typescript", changed)).filter(({ text: piece }) => !before.has(piece)).length;
      counts.set(fresh, (counts.get(fresh) ?? 0) + 1);
    }
  }
  // Some edits touch what is no segment, such as the last brace of a class; windows of long functions may be three.
  const share = (changed: number): number => (counts.get(changed) ?? 0) / (4 * ownSources.length);
  const said = JSON.stringify([...counts]);
  assert.ok(share(0) + share(1) + share(2) > 0.995 && Math.max(...counts.keys()) <= 3, said);
  assert.ok(share(2) < 0.02, said);
});

test("languages by extension and by name", () => {
  for (const [file, language] of [
    ["a/b.ts", "typescript"],
    ["C:\\x\\y.PY", "python"],
    ["Dockerfile", "dockerfile"],
    ["docker/Dockerfile.dev", "dockerfile"],
    ["Makefile", "makefile"],
    ["CMakeLists.txt", "cmake"],
    ["tsconfig.json", "jsonc"],
    ["package.json", "json"],
    [".bashrc", "shellscript"],
    [".gitignore", "ignore"],
    ["a.b/README", "plaintext"],
    ["x.constructor", "plaintext"],
    ["constructor", "plaintext"],
    ["x.h", "cpp"],
    ["notes.rst", "restructuredtext"],
    ["x.vue", "vue"],
  ] as const)
    assert.equal(languageOf(file), language, file);
});

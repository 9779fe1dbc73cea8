import assert from "node:assert/strict";
import fs from "node:fs";
import path from "node:path";
import { test } from "node:test";

import { seededRandom } from "../../src/core/base/random.ts";
import { MAX_WINDOW, MIN_WINDOW, windowSpans } from "../../src/core/text/windows.ts";

const root = path.resolve(import.meta.dirname, "../..");
const random = seededRandom(11);
const pick = (count: number): number => Math.floor(random() * count);
const texts = (text: string): string[] => windowSpans(text).map(({ start, end }) => text.slice(start, end));

const words = "the cache of an index holds vectors rows texts where one writer may read what another window wrote before".split(
  " ",
);
const sentence = (): string => Array.from({ length: 4 + pick(14) }, () => words[pick(words.length)]).join(" ");
const prose = (lines: number): string => Array.from({ length: lines }, () => `${sentence()}.`).join("\n");
const code = fs.readFileSync(path.join(root, "src/engine/pool.ts"), "utf8").repeat(2);

const digits = (count: number): string => Array.from({ length: count }, () => "0123456789abcdef"[pick(16)]).join("");

const KINDS: Readonly<Record<string, () => string>> = {
  prose: () => prose(400),
  code: () => code,
  "code with CRLF": () => code.replaceAll("\n", "\r\n"),
  "one long line": () => prose(300).replaceAll("\n", " "),
  "one line without words": () => digits(30_000),
  "a line of pairs of surrogates": () => Array.from({ length: 9000 }, () => String.fromCodePoint(0x1f300 + pick(200))).join(""),
  "Chinese without spaces": () => Array.from({ length: 20_000 }, () => String.fromCodePoint(0x4e00 + pick(3000))).join(""),
  "all lines alike": () => "the same line again\n".repeat(1500),
  "one letter": () => "a".repeat(20_000),
  "blank lines": () => "\n".repeat(9000),
  "carriage returns": () => prose(300).replaceAll("\n", "\r"),
};

for (const [kind, make] of Object.entries(KINDS))
  test(`windows of ${kind} touch, keep their sizes and tear no character`, () => {
    const text = make();
    const windows = windowSpans(text);
    assert.equal(texts(text).join(""), text);
    for (const { start, end } of windows) {
      assert.ok(end - start >= MIN_WINDOW && end - start <= MAX_WINDOW, `${String(end - start)} characters`);
      assert.equal(text.slice(start, end).isWellFormed(), text.isWellFormed());
      assert.ok(text[start] !== "\n" || text[start - 1] !== "\r");
    }
    assert.deepEqual(windowSpans(text), windows);
  });

test("short texts are one window, parts of a text are cut as such", () => {
  assert.deepEqual(windowSpans("short"), [{ start: 0, end: 5 }]);
  assert.deepEqual(windowSpans(""), []);
  const text = prose(300);
  const from = 7000;
  assert.deepEqual(
    windowSpans(text, from, 16_000),
    windowSpans(text.slice(from, 16_000)).map(({ start, end }) => ({ start: start + from, end: end + from })),
  );
});

/** One line of a text edited at random: replaced, put in, taken out, lengthened. */
function edited(text: string, separator: string, fresh: () => string): string {
  const lines = text.split(separator);
  const at = pick(lines.length);
  const edits = [
    () => lines.splice(at, 1, fresh()),
    () => lines.splice(at, 0, fresh()),
    () => lines.splice(at, 1),
    () => lines.splice(at, 1, lines[at]! + fresh().slice(0, 5)),
  ];
  edits[pick(edits.length)]!();
  return lines.join(separator);
}

/** Of 400 edits some 8 change three windows: the line was the place of a cut, and one comes on either side of it instead. */
const MORE_THAN_TWO = 0.04;

for (const [kind, separator, fresh] of [
  ["prose", "\n", sentence],
  ["code", "\n", sentence],
  ["one long line", ". ", sentence],
  ["one line without words", "7f", () => digits(40)],
] as const)
  test(`an edit of one line of ${kind} changes at most two windows, nearly always`, () => {
    const rounds = 400;
    const changes = new Map<number, number>();
    const text = KINDS[kind]!();
    const before = new Set(texts(text));
    for (let round = 0; round < rounds; round++) {
      const changed = texts(edited(text, separator, fresh)).filter((piece) => !before.has(piece)).length;
      changes.set(changed, (changes.get(changed) ?? 0) + 1);
    }
    const more = [...changes].reduce((sum, [changed, count]) => sum + (changed > 2 ? count : 0), 0);
    assert.ok(more <= rounds * MORE_THAN_TWO, `${String(more)} of ${String(rounds)} edits changed more than two`);
    assert.ok(Math.max(...changes.keys()) <= 4);
  });

test("a megabyte in one line is cut in well under a second", () => {
  const text = prose(14_000).replaceAll("\n", " ").slice(0, 1_000_000);
  const since = performance.now();
  assert.ok(windowSpans(text).length > 400);
  assert.ok(performance.now() - since < 1000);
});

import assert from "node:assert/strict";
import { test } from "node:test";

import { parseIgnoreRules } from "../../src/engine/workspace/ignoreRules.ts";

test("patterns mean what git says", () => {
  const cases: readonly [pattern: string, ignored: string, not: string][] = [
    ["a", "a x/a x/y/a/", "b ab xa a.b"],
    ["/a", "a a/", "x/a"],
    ["a/", "a/ x/a/", "a x/a"],
    ["a/b", "a/b a/b/", "x/a/b b"],
    ["*.c", "x.c y/z.c .c", "x.cc c"],
    ["*.tar.gz", "x.tar.gz", "x.gz x.tar"],
    ["a*b", "ab acb a.b", "abc x"],
    ["?", "a x/b", "ab"],
    ["[a-c]x", "ax bx", "dx"],
    ["[!a-c]x", "dx", "ax x"],
    ["[]-]x", "]x -x", "ax"],
    ["[[:digit:]]", "1", "a"],
    ["[a", "", "a [a"],
    ["**/a", "a x/a x/y/a", "b"],
    ["a/**", "a/b a/b/c", "a a/"],
    ["a/**/b", "a/b a/x/b a/x/y/b", "b x/a/b"],
    ["a/*", "a/b", "a/b/c a"],
    ["**", "a a/b", ""],
    ["\\#a", "#a", "a"],
    ["\\!a", "!a", "a"],
    ["#a", "", "#a a"],
    ["a\\", "", "a"],
    ["a   ", "a", ""],
    ["a\r", "a", ""],
    ["\uFEFFa", "a", ""],
  ];
  const says = (pattern: string, name: string): boolean | undefined =>
    parseIgnoreRules(`${pattern}\n`)?.decide(name.replace(/\/$/, ""), 0, name.endsWith("/"));
  for (const [pattern, ignored, not] of cases) {
    for (const name of ignored.split(" ").filter(Boolean)) assert.equal(says(pattern, name), true, `${pattern} on ${name}`);
    for (const name of not.split(" ").filter(Boolean)) assert.equal(says(pattern, name), undefined, `${pattern} on ${name}`);
  }
  assert.equal(parseIgnoreRules("a*\n!ab\n")!.decide("ab", 0, false), false);
  assert.equal(parseIgnoreRules("!ab\na*\n")!.decide("ab", 0, false), true);
  assert.equal(parseIgnoreRules("a \\ \n")?.decide("a  ", 0, false), true);
  // As if the file lay in x/: what is in front is not looked at.
  assert.equal(parseIgnoreRules("/a\n")!.decide("x/a", 2, false), true);
});

test("no pattern takes long", () => {
  const rules = parseIgnoreRules(`${"*a".repeat(40)}b\n${"**/a/".repeat(40)}b\n`)!;
  const since = performance.now();
  rules.decide("a".repeat(250), 0, false);
  rules.decide("a/".repeat(500) + "c", 0, false);
  assert.ok(performance.now() - since < 100);
});

import assert from "node:assert/strict";
import { test } from "node:test";

import { BM25, type ToNeighbours } from "../../src/protocol/neighboursPanel.ts";
import { excerpt, linesApart } from "../../webview/neighbours/excerpt.ts";
import { rowKey, walksOf } from "../../webview/neighbours/keys.ts";
import { markdown } from "../../webview/neighbours/markdown.ts";
import { parseMessage } from "../../webview/neighbours/messages.ts";
import { overlap, rankedLists } from "../../webview/neighbours/ranked.ts";
import { initialState, reduce, shows, type Action, type State } from "../../webview/neighbours/state.ts";
import { hubWords, partSearched, signed } from "../../webview/neighbours/words.ts";
import {
  begin,
  duplicatesMessages,
  finished,
  hubsMessages,
  outcome,
  pieces,
  searchMessages,
} from "../webview/neighboursMessages.ts";

const all = pieces(12);
const after = (...actions: readonly Action[]): State => actions.reduce(reduce, initialState());

test("latest wins: what belongs to an older search changes nothing", () => {
  const state = after(...searchMessages(), begin(["alpha", "beta"], {}, 2));
  const old: ToNeighbours[] = [
    outcome(all, { id: "alpha", texts: [3] }, 1),
    { type: "lines", revision: 1, id: "alpha", lines: [1] },
    { type: "progress", revision: 1, done: 1, total: 2 },
    { type: "failed", revision: 1, error: { code: "internal", message: "old" } },
    finished({}, 1),
  ];
  for (const message of old) assert.equal(reduce(state, message), state, message.type);
  assert.deepEqual(
    [...state.columns].map(([id, { kind }]) => [id, kind]),
    [
      ["alpha", "waiting"],
      ["beta", "waiting"],
      [BM25, "waiting"],
    ],
  );
});

test("a list that nobody asked for is not shown, and one that never came is not waited for", () => {
  const state = after(begin(["alpha"]), outcome(all, { id: "other", texts: [1] }), outcome(all, { id: "alpha", texts: [1] }));
  assert.deepEqual([...state.columns.keys()], ["alpha", BM25]);
  assert.deepEqual([...reduce(state, finished()).columns.keys()], ["alpha"]);
});

test("a shared server has no lexical list", () => {
  assert.deepEqual([...after(begin(["alpha"], { source: "shared" })).columns.keys()], ["alpha"]);
});

test("rank moves are against the first encoder, and only-here is what no other list has", () => {
  const lists = rankedLists(after(...searchMessages()).columns);
  const shown = (id: string): unknown[] =>
    lists.get(id)!.map(({ hit, move, onlyHere, others }) => [hit.text, move, onlyHere, others.length]);
  assert.deepEqual(shown("alpha"), [
    [0, null, false, 3],
    [1, null, false, 2],
    [2, null, false, 2],
    [3, null, true, 0],
  ]);
  assert.deepEqual(shown("beta"), [
    [1, 1, false, 2],
    [0, -1, false, 3],
    [4, null, false, 1],
    [2, -1, false, 2],
  ]);
  assert.deepEqual(
    lists.get("gamma")!.map(({ line }) => line),
    [4, 0, 7, -1],
  );
});

test("how far the lists agree is said when all are there", () => {
  const messages = searchMessages();
  assert.equal(overlap(after(...messages.slice(0, 3)).columns), undefined);
  // Texts 0, 1, 2 are in all three encoders' lists; 3, 5, 6, 7 in one list each.
  assert.deepEqual(overlap(after(...messages).columns), { encoders: 3, of: 4, sharedByAll: 3, onlyInOne: 4 });
});

test("while lists are still to come nothing is called the only one", () => {
  const lists = rankedLists(after(...searchMessages().slice(0, 3)).columns);
  assert.ok([...lists.values()].flat().every(({ onlyHere }) => !onlyHere));
});

test("rows unfold one by one, and all together by the setting", () => {
  const state = after(...searchMessages(), { type: "toggle", part: "text", column: "alpha", row: 1 });
  assert.equal(shows(state, "text", "alpha", 0), true);
  assert.equal(shows(state, "text", "alpha", 1), false);
  const folded = reduce(state, { type: "view", change: { text: false } });
  assert.equal(shows(folded, "text", "alpha", 1), false);
  assert.equal(shows(folded, "whole", "alpha", 1), false);
});

test("keys walk down a column, and across to the same text or the same rank", () => {
  const walks = walksOf(after(...searchMessages()));
  const key = (name: string, column: string, row: number): unknown => rowKey(name, walks, { column, row });
  assert.deepEqual(key("ArrowDown", "alpha", 0), { kind: "go", column: "alpha", row: 1 });
  assert.deepEqual(key("ArrowDown", "alpha", 3), { kind: "go", column: "alpha", row: 3 });
  assert.deepEqual(key("ArrowRight", "alpha", 2), { kind: "go", column: "beta", row: 3 });
  assert.deepEqual(key("ArrowRight", "alpha", 3), { kind: "go", column: "beta", row: 3 });
  assert.deepEqual(key("ArrowLeft", BM25, 1), { kind: "go", column: "gamma", row: 0 });
  assert.equal(key("ArrowLeft", "alpha", 0), undefined);
  assert.equal(key("x", "alpha", 0), undefined);
});

test("an excerpt stands around its line, without the indentation that all lines share", () => {
  const content = "function f() {\n    one();\n    two();\n      deep();\n    three();\n  }";
  const part = (around: number, column = 2): unknown => excerpt(content, { column, around });
  assert.deepEqual(part(-1), { from: 0, lines: ["function f() {", "  one();", "  two();"], of: 6 });
  assert.deepEqual(part(3), { from: 2, lines: ["  two();", "    deep();", "  three();"], of: 6 });
  assert.deepEqual(part(5), { from: 3, lines: ["    deep();", "  three();", "}"], of: 6 });
  assert.equal(excerpt(content, { column: 2, around: 3, whole: true }).lines.length, 6);
  // Not with a blank line first: rather with the one before or after it, as long as the line itself shows.
  const gap = ["a", "", "c", "d", "e", ""].join("\n");
  assert.deepEqual(
    [1, 2, 3].map((around) => excerpt(gap, { around }).from),
    [0, 0, 2],
  );
  assert.equal(excerpt("\n\nc\nd\ne\nf", {}).from, 2);
  // The rest of a text that begins at the margin keeps its own indentation.
  assert.deepEqual(excerpt("def f():\n    x\n", {}).lines, ["def f():", "    x"]);
  assert.deepEqual(excerpt("", {}), { from: 0, lines: [""], of: 1 });
});

test("lines that the other text has not are told apart", () => {
  assert.deepEqual(linesApart("a\n b\nc", "b\nc\nd"), [true, false, false]);
});

test("the Markdown names query, scale, rank, score and every place", () => {
  const words = markdown(after(...searchMessages()));
  assert.match(words, /^# Nearest neighbours of `keep what was used last`\n/);
  assert.match(words, /## alpha \(random pairs 0\.02 – 0\.38\)\n\n1\. 0\.90 `segment0` `src\/file0\.ts:1`/);
  assert.match(words, /4\. 0\.75 \*\*`segment3`\*\*/);
  assert.match(words, /## BM25\n\n1\. 14\.00/);
  assert.match(markdown(after(...hubsMessages(all, ["alpha"], [2]))), /\| `segment0` \| `src\/file0\.ts:1` \| \d+ \|/);
  assert.match(markdown(after(...duplicatesMessages(all, ["alpha", "beta"]))), /\| `segment0` .* \| 0\.97 \| 0\.94 \|/);
});

test("numbers in words", () => {
  assert.deepEqual([signed(-0.1234), signed(-0.001), signed(14)], ["−0.12", "0.00", "14.00"]);
  assert.deepEqual(
    [
      [1, 1],
      [999, 1000],
      [1, 1000],
      [0, 10],
    ].map(([done, total]) => partSearched({ done: done!, total: total! })),
    [undefined, 99, 1, 0],
  );
  assert.deepEqual([0.2, 0.8, 2].map(hubWords), ["even", "some hubs", "strong hubs"]);
});

test("what is no message of ours is not taken for one", () => {
  for (const message of [...searchMessages(), ...hubsMessages(all, ["a"], [1]), ...duplicatesMessages(all, ["a"])])
    assert.equal(parseMessage(message), message);
  for (const other of [
    null,
    "begin",
    { type: "begin" },
    { type: "outcome", revision: 1, outcome: { id: "a", ok: true, hits: [{}] } },
  ])
    assert.equal(parseMessage(other), undefined);
});

import assert from "node:assert/strict";
import { test } from "node:test";

import { isKnown } from "../../src/core/encoders/card.ts";
import { groupByCause } from "../../src/core/encoders/causeGroups.ts";
import { columnGroups, inGroups } from "../../webview/grouping.ts";
import { card } from "./sampleCard.ts";

test("encoders are grouped by the kind a cause names, in their order, the unknown last", () => {
  const named = (id: string, architecture?: string) => ({ id, card: card(architecture === undefined ? {} : { architecture }) });
  const groups = groupByCause(
    [
      named("a"),
      named("b", "BERT encoder, 6 layers"),
      named("c", "static table of words; no order"),
      named("d", "bert  encoder (tiny)"),
    ],
    "architecture",
  );
  assert.deepEqual(
    groups.map(({ value, members }) => [value, members.map(({ id }) => id)]),
    [
      ["BERT encoder", ["b", "d"]],
      ["static table of words", ["c"]],
      ["unknown", ["a"]],
    ],
  );
  const data = ["a/nli, b/quora", "a/nli, c/snli", "a/nli, b/quora"].map((trainingData, id) => ({
    id,
    card: card({ trainingData }),
  }));
  assert.deepEqual(
    groupByCause(data, "trainingData").map(({ members }) => members.map(({ id }) => id)),
    [[0, 2], [1]],
    "a list is one thing",
  );
  assert.deepEqual(groupByCause([], "domain"), []);
  assert.equal(isKnown({ value: " Unknown " }), false);
  assert.equal(groupByCause([{ card: card({ domain: "(odd)" }) }], "domain")[0]!.value, "(odd)");
});

test("columns stand in groups, those of no encoder last, and go back to the order asked for", () => {
  const encoders = [
    ["a", "BERT encoder, 6 layers"],
    ["b", "static table"],
    ["c", "BERT encoder, 3 layers"],
  ].map(([id, architecture]) => ({ id: id!, name: id!, state: "ready" as const, card: card({ architecture: architecture! }) }));
  const columns = new Map(["a", "b", "bm25", "c"].map((id) => [id, id.toUpperCase()]));
  const order = ["a", "b", "c", "bm25"];
  const grouped = inGroups({ encoders }, columns, order, "architecture");
  assert.deepEqual([...grouped.keys()], ["a", "c", "b", "bm25"]);
  assert.deepEqual([...inGroups({ encoders }, grouped, order, "none").keys()], order);
  assert.deepEqual(
    columnGroups({ encoders }, [...columns.keys()], "architecture").map(({ value, ids }) => [value, ids]),
    [
      ["BERT encoder", ["a", "c"]],
      ["static table", ["b"]],
      [null, ["bm25"]],
    ],
  );
});

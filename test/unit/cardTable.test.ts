import assert from "node:assert/strict";
import { test } from "node:test";

import { UNKNOWN, type Cause, type EncoderCard } from "../../src/core/encoders/card.ts";
import { cardRows, megabytes, partsApart, standing, type CardOwner, type CardRow } from "../../src/core/encoders/cardTable.ts";
import { cardTableCsv, cardTableMarkdown } from "../../src/core/encoders/cardTableText.ts";
import { card } from "./sampleCard.ts";

const owner = (id: string, causes: Partial<Record<Cause, string>> = {}, rest: Partial<EncoderCard> = {}): CardOwner => ({
  id,
  name: id,
  card: card(causes, rest),
  precisions: [{ precision: "w8", bytes: 24_400_000 }],
});

test("a row differs where two known cells do; what is unknown differs from nothing", () => {
  const rows = cardRows([
    owner("a", { domain: "English" }),
    owner("b"),
    owner("c", { domain: "Code" }, { dimensions: 1024, layers: 0 }),
  ]);
  const row = (title: string): CardRow => rows.find((one) => one.title === title)!;
  assert.equal(row("Domain").differs, true);
  assert.equal(row("Objective").differs, false, "unknown to all");
  assert.equal(cardRows([owner("a", { domain: "English" }), owner("b")]).find(({ title }) => title === "Domain")!.differs, false);
  assert.deepEqual(
    row("Dimensions").cells.map(({ value }) => value),
    ["384", "384", "1,024"],
  );
  assert.deepEqual(
    [row("Layers to read").cells[2]!.value, row("Prompts").cells[0]!.value],
    ["none", "query “query: ”, passage “passage: ”"],
  );
  assert.deepEqual(standing({ value: "a" }, UNKNOWN), "unknown");
  assert.deepEqual([standing({ value: "a" }, { value: "b" }), standing({ value: "a" }, { value: "a" })], ["differs", "same"]);
  assert.deepEqual(
    [megabytes(24_400_000), megabytes(1_234), megabytes(1_260_000), megabytes(2.4e9)],
    ["24 MB", "< 0.1 MB", "1.3 MB", "2,400 MB"],
  );
});

test("facts are told apart part by part, unless nothing of them is the same", () => {
  const marked = (value: string, other: string): string =>
    partsApart(value, other)
      .map(({ text, differs }) => (differs ? `[${text}]` : text))
      .join("");
  assert.equal(marked("BERT, 3 layers, 384 wide", "BERT, 6 layers, 384 wide"), "BERT, [3 layers], 384 wide");
  assert.equal(marked("a; b: c", "c"), "[a]; [b]: c");
  assert.equal(marked("one, two", "three"), "one, two");
  assert.equal(marked("100,000 steps", "100,000 steps"), "100,000 steps");
});

test("the table is copied as Markdown and as a sheet, with marks where encoders differ, and nothing in it runs", () => {
  const owners = [owner("a|b", { domain: "=1+1, “x”" }), owner("c", { domain: 'say "hi"\nthere' })];
  const markdown = cardTableMarkdown(owners, { onlyDifferent: true });
  assert.deepEqual(markdown.split("\n"), [
    "|  | Differs | a\\|b | c |",
    "| --- | --- | --- | --- |",
    '| Domain | ≠ | =1+1, “x” | say "hi" there |',
    "",
  ]);
  const csv = cardTableCsv(owners, { onlyDifferent: true });
  assert.equal(csv, ',Differs,a|b,c\r\nDomain,≠,"\'=1+1, “x”","say ""hi""\nthere"\r\n');
  assert.equal(cardTableCsv(owners, { onlyDifferent: false }).split("\r\n").length, cardRows(owners).length + 2);
});

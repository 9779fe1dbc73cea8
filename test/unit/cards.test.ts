import assert from "node:assert/strict";
import { test } from "node:test";

import { CAUSES, isKnown, UNKNOWN, type Cause, type EncoderCard } from "../../src/core/encoders/card.ts";
import { cardRows, megabytes, partsApart, standing, type CardOwner, type CardRow } from "../../src/core/encoders/cardTable.ts";
import { cardTableCsv, cardTableMarkdown } from "../../src/core/encoders/cardTableText.ts";
import { groupByCause } from "../../src/core/encoders/causeGroups.ts";
import { cleanFact, EDITED, editedCard } from "../../src/core/encoders/editedCard.ts";
import { causesApart, SET_HERE, variantCard } from "../../src/core/encoders/variantCard.ts";
import { cardMarkdown } from "../../src/host/encoders/card.ts";
import { columnGroups, inGroups, savedGrouping } from "../../webview/grouping.ts";

const card = (causes: Partial<Record<Cause, string>> = {}, rest: Partial<EncoderCard> = {}): EncoderCard => ({
  causes: Object.fromEntries(
    CAUSES.map((cause) => [cause, causes[cause] === undefined ? UNKNOWN : { value: causes[cause], source: "README.md" }]),
  ) as unknown as EncoderCard["causes"],
  dimensions: 384,
  maxTokens: 256,
  pooling: "mean",
  normalized: true,
  prompts: { query: "query: ", passage: "passage: " },
  parameters: 1000,
  layers: 6,
  licence: { value: "MIT", source: "README.md" },
  ...rest,
});

test("a variant's card is its base's but for what is set", () => {
  const base = card({
    architecture: "BERT encoder, 6 layers, mean pooling",
    hyperparameters: "batch 1024",
    domain: "English text",
  });
  assert.deepEqual(variantCard(base, {}), base);
  assert.deepEqual(variantCard(base, { precision: "int8" }), base);

  const one = variantCard(base, { layer: 3, pooling: "cls", dimensions: 64, maxTokens: 9999, normalize: false, prompt: "query" });
  assert.deepEqual(causesApart(base, one), ["architecture", "hyperparameters", "layers"]);
  assert.deepEqual(one.causes.layers, { value: "read from layer 3 of 6", source: SET_HERE });
  assert.equal(one.causes.architecture.value, `BERT encoder, 6 layers, cls pooling (${SET_HERE})`);
  assert.match(one.causes.hyperparameters.value, /^batch 1024; prompt “query”, not normalised, .*first 64 dimensions/);
  assert.equal(one.causes.hyperparameters.source, "README.md");
  assert.deepEqual(
    [one.dimensions, one.maxTokens, one.pooling, one.normalized, one.prompts, one.defaultPrompt],
    [64, 256, "cls", false, { query: "query: " }, "query"],
  );
  assert.equal(variantCard(base, { layer: 0 }).causes.layers.value, "read from the embeddings, before the first of 6");
  assert.equal(variantCard(card(), { dimensions: 8 }).causes.hyperparameters.source, SET_HERE);
  assert.deepEqual(variantCard(card(), { pooling: "max" }).causes.architecture, UNKNOWN, "what is unknown stays so");
  const bare = variantCard({ ...base, defaultPrompt: "query" }, { prompt: "none" });
  assert.deepEqual([bare.prompts, bare.defaultPrompt], [{}, undefined]);
  assert.deepEqual(variantCard(base, { prompt: "find: " }).prompts, { own: "find: " });
});

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

test("the user's facts stand over the publisher's, each with its source; an empty one means unknown", () => {
  const base = card({ domain: "English" });
  const edited = editedCard(base, { domain: "Code", licence: "CC0" });
  assert.deepEqual(
    [edited.causes.domain, edited.licence],
    [
      { value: "Code", source: EDITED },
      { value: "CC0", source: EDITED },
    ],
  );
  assert.equal(edited.causes.objective, base.causes.objective);
  assert.deepEqual(editedCard(base, {}), base);
  assert.equal(cleanFact(" a \u0000\r\n b\t"), "a b");
  assert.equal(cleanFact(" \n "), "unknown");
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
  assert.deepEqual(
    [savedGrouping("domain"), savedGrouping("colour"), savedGrouping(undefined)],
    ["domain", undefined, undefined],
  );
});

test("a card in a tooltip shows others' words as they are: no picture is fetched, nothing is run", () => {
  const words = "![x](https://example.org/x.png) | <img src=y> [run](command:z)";
  const { causes, ...rest } = card();
  const text = cardMarkdown({
    id: "a",
    name: words,
    bundled: false,
    state: "ready",
    precisions: [],
    card: { ...rest, causes: { ...causes, domain: { value: words, source: "https://example.org/a)|b>" } } },
  });
  assert.doesNotMatch(text, /(?<!\\)!\[|(?<!\\)<img|\]\(command/);
  assert.ok(text.includes("([source](<https://example.org/a)%7Cb%3E>))"), text);
});

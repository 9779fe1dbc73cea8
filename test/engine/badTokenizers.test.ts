import assert from "node:assert/strict";
import { test } from "node:test";

import { DEADLINE_MS, ONNX, rigForTests } from "./badInputRig.ts";
import { tableModel, tokenizerJson, WORDS } from "./smallModel.ts";

const rig = rigForTests();

const TOKENIZER = "tokenizer.json";
const withTokenizer = (changes: object, rows?: number): string =>
  rig.folder({ [ONNX]: tableModel(rows), [TOKENIZER]: tokenizerJson(changes) });

const vocab = (more: Readonly<Record<string, unknown>> = {}): object => ({
  model: {
    type: "WordPiece",
    unk_token: "[UNK]",
    vocab: { ...Object.fromEntries(WORDS.map((word, id) => [word, id])), ...more },
  },
});

async function refused(changes: object, reason: RegExp, names = TOKENIZER): Promise<void> {
  const { message, code } = await rig.refused(rig.embedding(withTokenizer(changes)), names, JSON.stringify(changes).slice(0, 80));
  assert.match(message, reason);
  assert.ok(["badTokenizer", "badText", "badModel"].includes(code), code);
}

test("a vocabulary beyond the word table is refused with both numbers, at once and as an import", async () => {
  const reason = /has ids up to 12; the word table of .*model\.onnx has 12 rows/;
  await refused(vocab({ dog: 12 }), reason);
  await refused({ post_processor: { type: "BertProcessing", sep: ["[SEP]", 12], cls: ["[CLS]", 2] } }, reason);
  await rig.refused(rig.importing(withTokenizer(vocab({ dog: 99 }))), "ids up to 99", "import of a large vocabulary");
  for (const id of [-5, 1.5, null, "7"]) await refused(vocab({ dog: id }), /no whole number|has ids up to/);
  await refused(vocab({ dog: 1e15 }), /has ids up to 1000000000000000/);
  await refused({ added_tokens: [{ id: -1, content: "x" }] }, /added_tokens/);
  // More rows than tokens are common.
  assert.equal((await rig.embedding(withTokenizer({}, 64))).hasVector[0], 1);
});

test("an added token without a row matters where a text has it, and nowhere else", async () => {
  const added = [...WORDS.slice(0, 4).map((content, id) => ({ id, content })), { id: 12, content: "<extra>" }];
  const folder = withTokenizer({ added_tokens: added });
  assert.equal((await rig.embedding(folder)).hasVector[0], 1);
  const { code } = await rig.refused(rig.embedding(folder, ["the <extra> cat"]), "gives it the id 12", "a text with <extra>");
  assert.equal(code, "badText");
  // The encoder is none the worse for it.
  assert.equal((await rig.embedding(folder, ["the mat"])).hasVector[0], 1);
});

test("names that every object has are words like others", async () => {
  const odd = ["__proto__", "constructor", "toString", "hasOwnProperty"];
  const words = [...WORDS.slice(0, -odd.length), ...odd];
  const json = JSON.stringify(tokenizerJson()).replace(/"vocab":\{[^}]*\}/, () => {
    return `"vocab":{${words.map((word, id) => `${JSON.stringify(word)}:${String(id)}`).join()}}`;
  });
  const folder = rig.folder({ [ONNX]: tableModel(), [TOKENIZER]: json.replace('"unk_token":"[UNK]"', '"unk_token":"toString"') });
  assert.equal((await rig.embedding(folder, ["constructor of __proto__"])).hasVector[0], 1);
  assert.equal(({} as { polluted?: unknown }).polluted, undefined);
});

const bpe = (more: object = {}): object => ({
  normalizer: null,
  post_processor: null,
  pre_tokenizer: { type: "ByteLevel", add_prefix_space: false },
  model: { type: "BPE", vocab: { a: 0, b: 1, ab: 2, ba: 3 }, merges: ["a b", "b a"], ...more },
});

test("malformed tokenizers end as an error or as tokens, never as a dead engine", async () => {
  const wrong: readonly object[] = [
    { pre_tokenizer: { type: "None of this" } },
    {
      normalizer: { type: "Precompiled", precompiled_charsmap: "////" },
      model: { type: "Unigram", unk_id: 0, vocab: [["a", -1]] },
    },
    { model: { type: "Unigram", unk_id: 99, vocab: [["a", -1]] }, normalizer: null, pre_tokenizer: null },
    { model: 7 },
    { model: { type: "WordPiece", vocab: [] } },
    { model: { type: "Strange", vocab: { a: 0 } } },
    {
      post_processor: {
        type: "TemplateProcessing",
        single: [{ SpecialToken: { id: "__proto__" } }, { Sequence: {} }],
        special_tokens: {},
      },
    },
    bpe({ merges: ["a b c", "", "x y", "ab ab"] }),
    bpe({ merges: [["a", "b"], ["ab", "a"], ["b"], 5] }),
    bpe({ vocab: { a: 0, b: 1e9 } }),
  ];
  for (const changes of wrong) {
    const what = JSON.stringify(changes).slice(0, 80);
    const outcome = await rig.embedding(withTokenizer(changes), ["ab the cat"]).then(
      ({ vectors }) => (vectors.every(Number.isFinite) ? "vector" : "numbers that are none"),
      (error: unknown) => (error as { data: { code: string } }).data.code,
    );
    assert.ok(["vector", "badTokenizer", "badText"].includes(outcome), `${what}: ${outcome}`);
  }
  // Deeper than what writes JSON can go.
  const [open, close] = ['{"type":"Sequence","normalizers":[', "]}"];
  const nested = `${open.repeat(20_000)}{"type":"Lowercase"}${close.repeat(20_000)}`;
  const deep = JSON.stringify(tokenizerJson({ normalizer: "deep" })).replace('"deep"', nested);
  const folder = rig.folder({ [ONNX]: tableModel(), [TOKENIZER]: deep });
  assert.match((await rig.refused(rig.embedding(folder), TOKENIZER, "a deep tokenizer")).message, /nested too deep/);
  await rig.others();
});

test("expressions and steps that need not end are stopped by the deadline, and other encoders go on meanwhile", async () => {
  const slow = {
    ...bpe(),
    pre_tokenizer: { type: "Split", pattern: { Regex: "^(a+)+$" }, behavior: "Isolated", invert: false },
  };
  const folder = withTokenizer(slow);
  const started = performance.now();
  const hanging = rig.refused(rig.embedding(folder, [`${"a".repeat(40)}!`]), folder, "a slow expression");
  while (performance.now() - started < DEADLINE_MS / 2) await rig.others();
  const { code: stopped, message } = await hanging;
  assert.equal(stopped, "deadlineExceeded", message);
  const growing = {
    normalizer: { type: "Sequence", normalizers: Array(40).fill({ type: "Replace", pattern: { String: "a" }, content: "aa" }) },
    pre_tokenizer: { type: "Metaspace", replacement: "_", prepend_scheme: "always" },
    post_processor: null,
    model: {
      type: "Unigram",
      unk_id: 0,
      vocab: [
        ["<unk>", 0],
        ["a", -1],
        ["_", -1],
      ],
    },
  };
  const { code } = await rig.refused(rig.embedding(withTokenizer(growing), ["aaaa"]), "", "steps that lengthen a text");
  assert.ok(["badText", "deadlineExceeded", "processEnded"].includes(code), code);
  await rig.others();
});

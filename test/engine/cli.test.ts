import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import fs from "node:fs";
import os from "node:os";
import path from "node:path";
import { test } from "node:test";

const root = path.resolve(import.meta.dirname, "../..");

function cli(args: readonly string[], input = ""): { code: number | null; out: string; err: string } {
  const { status, stdout, stderr } = spawnSync(process.execPath, [path.join(root, "dist/cli.js"), ...args], {
    cwd: root,
    // Only the bundled encoders, whatever else this machine has.
    env: { ...process.env, COMPARE_EMBEDDINGS_ENCODERS: path.join(root, "no-encoders") },
    input,
    encoding: "utf8",
    maxBuffer: 1e9,
  });
  return { code: status, out: stdout, err: stderr };
}
const lines = (out: string): Record<string, unknown>[] =>
  out
    .trim()
    .split("\n")
    .map((line) => JSON.parse(line) as Record<string, unknown>);

test("models lists the three encoders with their cards", () => {
  const { code, out } = cli(["models", "--json"]);
  assert.equal(code, 0);
  const models = JSON.parse(out) as { id: string; card: { causes: object } }[];
  assert.deepEqual(models.map(({ id }) => id).sort(), ["all-MiniLM-L6-v2", "glove-6b-100d-50k", "paraphrase-MiniLM-L3-v2"]);
  for (const { card } of models) assert.equal(Object.keys(card.causes).length, 8);
});

test("embed answers in order, says what was cut, and gives null where no word is known", () => {
  const texts = ["the cat sat", "word ".repeat(1000), "", "ωψ"];
  const input = texts.map((text) => JSON.stringify({ text })).join("\n");
  const minilm = lines(cli(["embed", "--model", "all-MiniLM-L6-v2", "--precision", "fp32"], input).out);
  assert.deepEqual(
    minilm.map(({ index, truncated }) => [index, truncated]),
    [
      [0, false],
      [1, true],
      [2, false],
      [3, false],
    ],
  );
  assert.equal(minilm[1]!["tokens"], 256);
  assert.equal((minilm[0]!["vector"] as number[]).length, 384);
  const glove = lines(cli(["embed", "--model", path.join("models", "glove-6b-100d-50k")], input).out);
  assert.equal(glove[2]!["vector"], null);
});

test("every line of JSON is one text, whatever separators of lines its text holds", () => {
  const texts = ["one\u2028two\u2029three\u0085four", "five\r\nsix"];
  const ids = (input: string): unknown[] =>
    lines(cli(["tokenize", "--model", "all-MiniLM-L6-v2"], input).out).map((row) => row["ids"]);
  const plain = ids(texts.map((text) => JSON.stringify({ text })).join("\r\n"));
  assert.equal(plain.length, 2);
  const escaped = (text: string): string => text.replaceAll("\u2028", "\\u2028").replaceAll("\u2029", "\\u2029");
  assert.deepEqual(plain, ids(texts.map((text) => escaped(JSON.stringify({ text }))).join("\n")));
});

test("tokenize keeps the special tokens when it cuts", () => {
  const [row] = lines(cli(["tokenize", "--model", "paraphrase-MiniLM-L3-v2"], JSON.stringify({ text: "word ".repeat(500) })).out);
  const ids = row!["ids"] as number[];
  assert.deepEqual([ids.length, ids[0], ids.at(-1)], [128, 101, 102]);
});

test("compare gives symmetric matrices, neighbours and agreement; an unknown encoder fails alone", () => {
  const { code, out, err } = cli(["compare", "--json", "--models", "all-MiniLM-L6-v2,glove-6b-100d-50k,nobody", "sample"]);
  assert.equal(code, 0);
  assert.match(err, /nobody/);
  const result = JSON.parse(out) as {
    segments: { path: string; start: { line: number } }[];
    models: Record<string, { matrix?: number[][]; neighbours?: { index: number }[][]; error?: { code: string } }>;
    agreement: { debiasedCka: { value: number; chance: number } }[];
  };
  const n = result.segments.length;
  const { matrix, neighbours } = result.models["all-MiniLM-L6-v2"]!;
  assert.equal(matrix!.length, n);
  for (let i = 0; i < n; i++) for (let j = 0; j < n; j++) assert.equal(matrix![i]![j], matrix![j]![i]);
  assert.ok(neighbours!.every((list, i) => list.length === 10 && list.every(({ index }) => index !== i)));
  assert.equal(result.models["nobody"]!.error!.code, "unknownEncoder");
  assert.equal(result.agreement.length, 1);
  assert.equal(result.agreement[0]!.debiasedCka.chance, 0);
});

test("compare takes variants by ids that say what is set, in data, report and page; models lists encoders as they are", () => {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), "variants-"));
  const page = path.join(folder, "page.html");
  const [base, variant] = ["all-MiniLM-L6-v2", "all-MiniLM-L6-v2+layer=0"];
  const { code, out } = cli(["compare", "--json", "--html", page, "--models", `${base},${variant},${base}+layer=six`, "sample"]);
  assert.equal(code, 0);
  const { models, agreement } = JSON.parse(out) as {
    models: Record<string, { matrix?: (number | null)[][]; error?: { message: string } }>;
    agreement: { a: string; b: string; debiasedCka: { value: number } }[];
  };
  assert.notDeepEqual(models[variant]?.matrix, models[base]?.matrix);
  assert.match(models[`${base}+layer=six`]?.error?.message ?? "", /layer=six is no setting/);
  assert.deepEqual(
    agreement.map(({ a, b }) => [a, b]),
    [[base, variant]],
  );
  assert.ok(agreement[0]!.debiasedCka.value < 0.95);
  assert.match(fs.readFileSync(page, "utf8"), /all-MiniLM-L6-v2 · layer 0 of 6/);
  fs.rmSync(folder, { recursive: true });
  const listed = JSON.parse(cli(["models", "--json"]).out) as { id: string }[];
  assert.ok(listed.every(({ id }) => !id.includes("+")));
  assert.match(cli(["--help"]).out, /all-MiniLM-L6-v2\+layer=3\+pooling=cls/);
});

test("a page stands alone: nothing in it is fetched", () => {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), "page-"));
  const file = path.join(folder, "page.html");
  assert.equal(cli(["compare", "--html", file, "sample"]).code, 0);
  const page = fs.readFileSync(file, "utf8");
  assert.doesNotMatch(page, /<script[^>]+src=|<link/);
  fs.rmSync(folder, { recursive: true });
});

/** Rows as NumPy writes them, version 1. */
function npy(n: number, d: number, base64: string): Buffer {
  const header = `{'descr': '<f4', 'fortran_order': False, 'shape': (${String(n)}, ${String(d)}), }`.padEnd(117) + "\n";
  const start = Buffer.from("\u0093NUMPY\u0001\u0000\0\0", "latin1");
  start.writeUInt16LE(header.length, 8);
  return Buffer.concat([start, Buffer.from(header, "latin1"), Buffer.from(base64, "base64")]);
}

test("agreement of two vector files has the reference values", () => {
  const { cases } = JSON.parse(fs.readFileSync(path.join(root, "test/golden/data/measures.json"), "utf8")) as {
    cases: { n: number; d1: number; d2: number; k: number; x: string; y: string; between: Record<string, number> }[];
  };
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), "npy-"));
  for (const { n, d1, d2, k, x, y, between } of cases) {
    fs.writeFileSync(path.join(folder, "x.npy"), npy(n, d1, x));
    fs.writeFileSync(path.join(folder, "y.npy"), npy(n, d2, y));
    const files = ["x.npy", "y.npy"].map((name) => path.join(folder, name));
    const { code, out } = cli(["agreement", ...files, "-k", String(k), "--json"]);
    assert.equal(code, 0);
    const found = JSON.parse(out) as { n: number; k: number; between: Record<string, { value: number; chance?: number }> };
    assert.deepEqual([found.n, found.k], [n, k]);
    const near = (value: number | undefined, expected: number | undefined): void => {
      assert.ok(Math.abs(value! - expected!) < 1e-6, `${String(value)} is not ${String(expected)}`);
    };
    for (const name of ["linearCka", "debiasedCka", "mutualKnn"]) near(found.between[name]!.value, between[name]);
    near(found.between["mutualKnn"]!.chance, between["mutualKnnChance"]);
  }
  fs.rmSync(folder, { recursive: true });
});

test("wrong usage is 2, a failure is 1, and both say why in one line", () => {
  const oneLine = ({ err }: { err: string }): void => {
    assert.match(err, /^compare-embeddings: [^\n]+\n$/);
  };
  const wrongly = [
    ["nonsense"],
    ["embed"],
    ["embed", "--model", "all-MiniLM-L6-v2", "texts.jsonl"],
    ["compare", "--split", "words", "sample"],
    ["models", "--unknown"],
    ["models", "all-MiniLM-L6-v2"],
  ];
  for (const args of wrongly) {
    const wrong = cli(args);
    assert.deepEqual([wrong.code, wrong.out], [2, ""]);
    oneLine(wrong);
  }
  const missing = cli(["compare", "nowhere"]);
  assert.deepEqual([missing.code, missing.out], [1, ""]);
  assert.match(missing.err, /nowhere: there is no such file/);
  oneLine(missing);
  const bad = cli(["embed", "--model", "all-MiniLM-L6-v2"], '{"text": "a"}\nnonsense\n');
  assert.equal(bad.code, 1);
  assert.match(bad.err, /Line 2/);
});

test("npm run encoders says in one line which encoders there are, where there is none of a name", () => {
  const run = spawnSync(process.execPath, [path.join(root, "scripts/encoders/main.ts"), "nobody"], { encoding: "utf8" });
  assert.equal(run.status, 1);
  assert.match(run.stderr, /^There is no encoder nobody; there are all-MiniLM-L6-v2, [^\n]+\n$/);
});

test("an encoder run leaves no file behind in the user's home or the temporary folder", () => {
  const home = fs.mkdtempSync(path.join(os.tmpdir(), "home-"));
  const { status } = spawnSync(process.execPath, [path.join(root, "dist/cli.js"), "embed", "--model", "all-MiniLM-L6-v2"], {
    cwd: home,
    input: JSON.stringify({ text: "the cat sat" }),
    env: { PATH: process.env["PATH"], HOME: home, TMPDIR: home },
  });
  assert.equal(status, 0);
  assert.deepEqual(fs.readdirSync(home), []);
  fs.rmSync(home, { recursive: true });
});

test("index brings a folder up to date once, neighbours finds what is near in it", () => {
  const storage = fs.mkdtempSync(path.join(os.tmpdir(), "cli-index-"));
  try {
    const run = (...args: string[]) => cli([...args, "--storage", storage, "--json", "sample"]);
    const models = "glove-6b-100d-50k,paraphrase-MiniLM-L3-v2";
    const first = JSON.parse(run("index", "--models", models).out) as {
      files: number;
      segments: number;
      texts: number;
      models: Record<string, { embedded: number; done: number; bytes: number }>;
    };
    assert.equal(first.files, 5);
    for (const { embedded, done, bytes } of Object.values(first.models)) {
      assert.deepEqual([embedded, done], [first.texts, first.texts]);
      assert.ok(bytes > 0);
    }
    const second = JSON.parse(run("index", "--models", models).out) as typeof first;
    assert.deepEqual(
      Object.values(second.models).map(({ embedded }) => embedded),
      [0, 0],
    );
    interface Found {
      models: Record<string, { rank: number; label: string; path: string; start: { line: number } }[]>;
    }
    const found = JSON.parse(run("neighbours", "--models", models, "--at", "sample/cache.ts:20", "-k", "3").out) as Found;
    assert.deepEqual(Object.keys(found.models), [...models.split(","), "bm25"]);
    for (const hits of Object.values(found.models))
      assert.deepEqual(
        hits.map(({ rank }) => rank),
        hits.map((_, at) => at + 1),
      );
    const typed = JSON.parse(run("neighbours", "--models", models, "--text", "days between two dates").out) as Found;
    assert.equal(typed.models["paraphrase-MiniLM-L3-v2"]?.[0]?.path, "dates.py");
    assert.equal(cli(["neighbours", "--storage", storage, "sample"]).code, 2);
    assert.equal(cli(["index", "--storage", storage, "nowhere"]).code, 1);
  } finally {
    fs.rmSync(storage, { recursive: true, force: true });
  }
});

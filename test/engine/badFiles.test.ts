import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import fs from "node:fs";
import path from "node:path";
import { test } from "node:test";

import { ONNX, rigForTests } from "./badInputRig.ts";
import { tableModel, tokenizerJson, type Files } from "./smallModel.ts";

const rig = rigForTests();

const TOKENIZER = "tokenizer.json";
const sound = (): Files => ({ [ONNX]: tableModel(), [TOKENIZER]: tokenizerJson() });

const MODULES = [
  { idx: 0, name: "0", path: "", type: "sentence_transformers.models.Transformer" },
  { idx: 1, name: "1", path: "1_Pooling", type: "sentence_transformers.models.Pooling" },
];

/** As a folder that is named, and as one to be kept: the second starts a process, which takes a while. */
const WAYS: readonly string[] = ["embed", "import"];

/** Spoils one file of a sound folder, and sees it refused as a folder and as an import. */
async function refusedWith(file: string, content: string | Uint8Array | object, reason: RegExp, ways = WAYS): Promise<void> {
  const folder = rig.folder({ ...sound(), ...(file.startsWith("1_") ? { "modules.json": MODULES } : {}), [file]: content });
  await refusedAsItLies(folder, file, reason, ways);
}

async function refusedAsItLies(folder: string, file: string, reason: RegExp, ways = WAYS): Promise<void> {
  const names = path.basename(file);
  for (const way of ways) {
    const request = way === "embed" ? rig.embedding(folder) : rig.importing(folder);
    const { message, hint = "" } = await rig.refused(request, names, `${way} with ${file}`);
    assert.match(`${message} ${hint}`, reason);
  }
}

const linkTo = (target: string, place: string): unknown => execFileSync("ln", ["-s", target, place]);

const POINTER = `version https://git-lfs.github.com/spec/v1\noid sha256:${"0".repeat(64)}\nsize 90868376\n`;
const PAGE = "<!DOCTYPE html><html><title>Sign in</title></html>";

test("what lies in place of a file is told for what it is, with what to do", async () => {
  for (const file of [ONNX, TOKENIZER]) {
    await refusedWith(file, POINTER, /Git LFS pointer.*git lfs pull/);
    await refusedWith(file, PAGE, /a web page.*Download/);
    await refusedWith(file, "", /is empty/);
  }
  await refusedWith("config.json", PAGE, /a web page/);
  await refusedWith(ONNX, new Uint8Array(1000), /field number 0/);
  await refusedWith(ONNX, tableModel().slice(0, 300), /cut inside a field/);
  await rig.others();
});

test("JSON in the wrong encoding, or of the wrong kind, is refused; a byte order mark is passed over", async () => {
  const text = JSON.stringify(tokenizerJson());
  await refusedWith(TOKENIZER, Buffer.from(`\uFEFF${text}`, "utf16le"), /UTF-16/);
  await refusedWith(TOKENIZER, Buffer.from([0x7b, 0xff, 0xc0]), /no text in UTF-8/, ["embed"]);
  await refusedWith(TOKENIZER, text.slice(0, -9), /no JSON/, ["embed"]);
  await refusedWith("config.json", "[".repeat(200_000), /no JSON/, ["embed"]);
  await refusedWith("config.json", '{"max_position_embeddings": NaN}', /no JSON/, ["embed"]);
  await refusedWith("modules.json", { type: "Pooling" }, /Array/, ["embed"]);
  for (const place of ["../outside", "/etc", "1_Pooling/../../outside", "C:\\models"])
    await refusedWith("modules.json", [MODULES[0], { ...MODULES[1], path: place }], /none inside its folder/, ["embed"]);
  // The rest of a folder that was fetched by half must not become a mean.
  await refusedAsItLies(rig.folder({ ...sound(), "modules.json": MODULES }), "1_Pooling/config.json", /not there/, ["embed"]);
  await refusedWith("1_Pooling/config.json", { pooling_mode: 7 }, /pooling_mode/, ["embed"]);
  await refusedWith("1_Pooling/config.json", { pooling_mode: "toString" }, /toString.*not known/, ["embed"]);
  const marked = rig.folder({ ...sound(), [TOKENIZER]: `\uFEFF${text}` });
  assert.equal((await rig.embedding(marked)).hasVector[0], 1);
  await rig.others();
});

test("limits that lie neither stop an encoder nor reach beyond its tables", async () => {
  for (const limit of [1e9, 1e300, 5]) {
    const folder = rig.folder({
      [ONNX]: tableModel(12, 4),
      [TOKENIZER]: tokenizerJson(),
      "config.json": { max_position_embeddings: limit, vocab_size: 7, __proto__: { polluted: 1 } },
      "sentence_bert_config.json": { max_seq_length: limit },
    });
    const { tokens, read } = await rig.embedding(folder, ["the cat", "the cat sat on the mat"]);
    assert.deepEqual([...tokens], [4, 4], `limit ${limit}`);
    assert.equal(read[0], 1);
    assert.ok(read[1]! < 0.5);
  }
});

test("links, pipes, devices and folders in place of files are refused at once", async () => {
  let secrets = 0;
  const secret = (): string => {
    const file = path.join(rig.base, `secret-${String(++secrets)}`);
    fs.writeFileSync(file, JSON.stringify(tokenizerJson()));
    return file;
  };
  for (const file of [ONNX, TOKENIZER, "config.json"]) {
    const replaced = (make: (place: string) => unknown): string => {
      const folder = rig.folder({ ...sound(), "config.json": {} });
      fs.rmSync(path.join(folder, file));
      make(path.join(folder, file));
      return folder;
    };
    const cases: Readonly<Record<string, readonly [make: (place: string) => unknown, reason: RegExp]>> = {
      pipe: [(place) => execFileSync("mkfifo", [place]), /no file at all|no regular file/],
      device: [(place) => linkTo("/dev/zero", place), /link|no regular file/],
      link: [(place) => linkTo(secret(), place), /is a link/],
      loop: [(place) => linkTo(place, place), /link/],
      twin: [(place) => execFileSync("ln", [secret(), place]), /linked under another name/],
    };
    for (const [make, reason] of Object.values(cases)) await refusedAsItLies(replaced(make), file, reason);
    const folder = replaced((place) => fs.mkdirSync(place, { recursive: true }));
    await refusedAsItLies(folder, file, /a folder/, ["embed"]);
  }
  // A folder whose settings lie elsewhere.
  const folder = rig.folder({ ...sound(), "modules.json": MODULES });
  fs.mkdirSync(path.join(rig.base, "outside"));
  fs.writeFileSync(path.join(rig.base, "outside/config.json"), "{}");
  fs.symlinkSync(path.join(rig.base, "outside"), path.join(folder, "1_Pooling"));
  await refusedAsItLies(folder, "1_Pooling/config.json", /outside its folder/, ["embed"]);
  await rig.others();
});

test("files that claim to be huge are refused before they are read or copied", async () => {
  const stretched = (file: string, bytes: number): string => {
    const folder = rig.folder(sound());
    fs.truncateSync(path.join(folder, file), bytes);
    return folder;
  };
  await refusedAsItLies(stretched(ONNX, 3 * 2 ** 30), ONNX, /larger than 2 GB|2,147,483,647 at most/);
  await refusedAsItLies(stretched(TOKENIZER, 65_000_000), TOKENIZER, /larger than 64 MB|64,000,000 at most/);
  const folder = rig.folder({ ...sound(), "config.json": {} });
  fs.truncateSync(path.join(folder, "config.json"), 5_000_000);
  await refusedAsItLies(folder, "config.json", /larger than 4 MB/);
  await rig.others();
});

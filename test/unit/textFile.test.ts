import assert from "node:assert/strict";
import fs from "node:fs";
import path from "node:path";
import { test } from "node:test";

import { readTextFile } from "../../src/engine/workspace/textFile.ts";
import { tree, write } from "./fileTrees.ts";

test("a file's text: UTF-8 with or without mark, UTF-16 with one; else it is binary", async () => {
  const folder = tree({});
  const read = (content: string | Buffer) => {
    const file = path.join(folder, "file");
    write(file, content);
    return readTextFile(file);
  };
  const text = async (content: string | Buffer): Promise<string> => {
    const result = await read(content);
    return result.kind === "text" ? result.text : result.reason;
  };
  assert.deepEqual(await read("naïve"), {
    kind: "text",
    text: "naïve",
    hash: "f86fd89de87a848a45bfe77708d91a5d2ff48b8e4a4b98af5165af82692f8928",
  });
  assert.equal(await text("\uFEFFmarked"), "marked");
  assert.equal(await text(Buffer.from("\uFEFFsixteen é𝒳", "utf16le")), "sixteen é𝒳");
  assert.equal(await text(Buffer.from("\uFEFFswapped", "utf16le").swap16()), "swapped");
  assert.equal(await text(""), "");
  assert.equal(await text(Buffer.from([0xff, 0xfe, 0, 0, 65, 0, 0, 0])), "binary");
  assert.equal(await text("a\0b"), "binary");
  assert.equal(await text(Buffer.from([0x61, 0xe9, 0x62])), "binary");
  assert.equal(await text(`${"x".repeat(9000)}\0`), `${"x".repeat(9000)}\0`);
});

test("a private key is a secret wherever it stands; talking of one is not", async () => {
  const folder = tree({});
  const file = path.join(folder, "notes.md");
  const kind = async (content: string): Promise<string> => {
    write(file, content);
    const result = await readTextFile(file);
    return result.kind === "text" ? "text" : result.reason;
  };
  const begin = (what: string): string => `-----BEGIN ${what}-----`;
  const body = "MIIEvQIBADANBgkqhkiG9w0BAQEFAASCBKcwggSjAgEAAoIBAQC7";
  assert.equal(await kind(`intro\n${begin("RSA PRIVATE KEY")}\nProc-Type: 4,ENCRYPTED\n\n${body}\n`), "secret");
  assert.equal(await kind(JSON.stringify({ key: `${begin("PRIVATE KEY")}\n${body}\n` })), "secret");
  assert.equal(await kind(`${begin("OPENSSH PRIVATE KEY")}\n${body}`), "secret");
  assert.equal(await kind(`if (text.includes("${begin("PRIVATE KEY")}")) throw new Error("a key");`), "text");
  assert.equal(await kind(`${begin("PUBLIC KEY")}\n${body}`), "text");
});

test("a link that took a file's place is not followed", async () => {
  const folder = tree({ "real.txt": "text" });
  fs.symlinkSync(path.join(folder, "real.txt"), path.join(folder, "link.txt"));
  assert.deepEqual(await readTextFile(path.join(folder, "link.txt")), { kind: "skipped", reason: "unreadable" });
  assert.deepEqual(await readTextFile(path.join(folder, "gone.txt")), { kind: "skipped", reason: "unreadable" });
  assert.deepEqual(await readTextFile(folder), { kind: "skipped", reason: "unreadable" });
});

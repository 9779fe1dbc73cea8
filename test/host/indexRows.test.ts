import assert from "node:assert/strict";
import { test } from "node:test";

import { noticeOf } from "../../src/host/index/indexNotice.ts";
import { rowsOf } from "../../src/host/index/indexRows.ts";
import { isLoopback, serverName } from "../../src/host/index/serverAddress.ts";
import { duration, overall, percent, progressOf } from "../../src/host/index/words.ts";
import type { EncoderCoverage, IndexStatus } from "../../src/protocol/workspace.ts";

const encoder = (change: Partial<EncoderCoverage> = {}): EncoderCoverage => ({
  id: "mini",
  done: 12_345,
  total: 20_000,
  bytes: 18_900_000,
  perSecond: 210.4,
  secondsLeft: 36.5,
  ...change,
});
const status = (change: Partial<IndexStatus> = {}): IndexStatus => ({
  state: "embedding",
  storage: { kind: "disk", bytes: 21_000_000 },
  files: 300,
  segments: 21_000,
  texts: 20_000,
  languages: [],
  skipped: [],
  encoders: [encoder()],
  ...change,
});
const same = (id: string): { readonly name: string } => ({ name: id });

test("progress is told in numbers that people read", () => {
  assert.equal(progressOf(encoder()), "12,345 of 20,000 · 210/s · 40 s left");
  assert.equal(progressOf(encoder({ perSecond: 0, secondsLeft: null })), "12,345 of 20,000");
  assert.equal(progressOf(encoder({ done: 20_000 })), "20,000 texts");
  assert.deepEqual([percent(0, 0), percent(19_999, 20_000), percent(1, 1)], [100, 99, 100]);
  assert.deepEqual([0.2, 58, 61, 3601].map(duration), ["5 s", "60 s", "2 min", "2 h"]);
});

test("all encoders together wait for the slowest; one that failed holds nobody up", () => {
  const failed = encoder({ id: "broken", done: 0, secondsLeft: null, error: { code: "badModel", message: "refused" } });
  const all = overall({ encoders: [encoder({ done: 10_000 }), encoder({ done: 20_000 }), encoder({ secondsLeft: 80 }), failed] });
  assert.deepEqual(all, { done: 42_345, total: 60_000, percent: 70, secondsLeft: 80 });
  assert.equal(overall({ encoders: [encoder(), encoder({ secondsLeft: null })] }).secondsLeft, null);
});

test("the tree says what is indexed, by whom, what is missing and why", () => {
  const rows = rowsOf(
    status({
      skipped: [
        { reason: "secret", count: 2, examples: [".env", "keys/id.pem"] },
        { reason: "binary", count: 0, examples: [] },
        { reason: "ignored", count: 1200, examples: ["build"] },
      ],
      storage: {
        kind: "memory",
        bytes: 5_000_000,
        notice: { code: "internal", message: "The disk is full.", hint: "Make room." },
      },
      encoders: [encoder(), encoder({ id: "broken", error: { code: "badModel", message: "It was refused." } })],
    }),
    "busy",
    (id) => ({ name: id.toUpperCase() }),
  );
  assert.deepEqual(
    rows.map(({ id, label, description, icon }) => [id, label, description, icon?.[0]]),
    [
      ["totals", "300 files", "21,000 segments · 5.0 MB in memory", "database"],
      ["storage", "Kept in memory only", "The disk is full.", "warning"],
      ["encoder:mini", "MINI", "61 % · 12,345 of 20,000 · 210/s · 40 s left", "sync~spin"],
      ["encoder:broken", "BROKEN", "It was refused.", "error"],
      ["skipped", "Skipped", "1,202", "circle-slash"],
    ],
  );
  const reasons = rows.at(-1)?.children ?? [];
  assert.deepEqual(
    reasons.map(({ label, description }) => [label, description]),
    [
      ["may hold secrets: .env, keys, certificates", "2"],
      ["named in .gitignore", "1,200"],
    ],
  );
  assert.deepEqual(
    reasons.map(({ children }) => children?.map(({ opens }) => opens)),
    [[".env", "keys/id.pem"], [undefined]],
    "what may be a folder is not opened",
  );
});

test("a variant's row begins with what differs and ends with whose variant it is", () => {
  const [, row] = rowsOf(status({ encoders: [encoder({ done: 20_000 })] }), "idle", () => ({
    name: "Mini · layer 3 of 6",
    variant: { name: "Mini", differs: "layer 3 of 6" },
  }));
  assert.deepEqual([row?.label, row?.description], ["layer 3 of 6", "100 % · Mini"]);
  assert.match(row?.tooltip ?? "", /^Mini · layer 3 of 6\n/);
});

test("nothing is complete before the first file is read", () => {
  const row = rowsOf(status({ encoders: [encoder({ done: 0, total: 0 })] }), "busy", same).find(
    ({ id }) => id === "encoder:mini",
  );
  assert.deepEqual([row?.description, row?.icon?.[0]], ["waiting", "sync~spin"]);
});

test("ids stay while numbers move, so that rows are redrawn and not the tree", () => {
  const ids = (of: IndexStatus): string[] => rowsOf(of, "busy", same).map(({ id }) => id);
  assert.deepEqual(ids(status()), ids(status({ files: 301, encoders: [encoder({ done: 13_000 })] })));
});

test("the status bar speaks while it works or is paused, and escapes what files and models are called", () => {
  assert.equal(noticeOf(status(), "idle"), undefined);
  assert.equal(noticeOf(status(), "busy")?.text, "$(sync~spin) 61 % · 40 s");
  assert.equal(noticeOf(status({ state: "scanning" }), "busy")?.text, "$(sync~spin) Reading files");
  assert.equal(noticeOf(status(), "paused")?.text, "$(debug-pause) 61 %");
  const named = noticeOf(status({ encoders: [encoder({ id: "[x](command:evil)" })] }), "busy");
  assert.match(named?.tooltip ?? "", /\\\[x\\\]\\\(command:evil\\\)/);
});

test("only this very machine is spoken to in the clear", () => {
  assert.equal(serverName(" https://milvus.example:19530/path "), "milvus.example:19530");
  for (const name of ["localhost:19530", "127.0.0.1", "127.8.0.1:1", "[::1]:19530"]) assert.ok(isLoopback(name), name);
  for (const name of ["127.0.0.1.evil.example", "localhost.evil.example:1", "10.0.0.1", "[::2]:1"])
    assert.ok(!isLoopback(name), name);
});

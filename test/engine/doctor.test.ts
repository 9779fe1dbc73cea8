import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import fs from "node:fs";
import os from "node:os";
import path from "node:path";
import { after, before, test } from "node:test";

import { doctorMarkdown } from "../../src/host/proof/doctorMarkdown.ts";
import type { DoctorReport } from "../../src/process/diagnose.ts";

const root = path.resolve(import.meta.dirname, "../..");
const folder = fs.mkdtempSync(path.join(os.tmpdir(), "doctor-"));
const GLOVE = "glove-6b-100d-50k";

before(() => {
  // An encoder whose card says what its files do not.
  const at = path.join(folder, "wrong-card");
  fs.cpSync(path.join(root, "models", GLOVE), at, { recursive: true, filter: (name) => !/model(_int8)?\.onnx$/.test(name) });
  const file = path.join(at, "encoder.json");
  const record = JSON.parse(fs.readFileSync(file, "utf8")) as { manifest: { id: string; card: { normalized: boolean } } };
  record.manifest.id = "wrong-card";
  record.manifest.card.normalized = false;
  fs.writeFileSync(file, JSON.stringify(record));
});
after(() => {
  fs.rmSync(folder, { recursive: true, force: true });
});

function doctor(...args: readonly string[]): { code: number | null; out: string; err: string } {
  const { status, stdout, stderr } = spawnSync(process.execPath, [path.join(root, "dist/cli.js"), "doctor", ...args], {
    cwd: root,
    env: { ...process.env, COMPARE_EMBEDDINGS_ENCODERS: folder },
    encoding: "utf8",
  });
  return { code: status, out: stdout, err: stderr };
}

test("an encoder that is right: what it runs on, every precision, settings and what precisions cost, as data and as words", () => {
  const { code, out } = doctor("--model", GLOVE, "--json");
  assert.equal(code, 0);
  const report = JSON.parse(out) as DoctorReport;
  assert.ok(report.passed);
  assert.match(report.engine.node, /^v\d+/);
  const [glove] = report.encoders;
  assert.deepEqual(
    glove!.selfTests.map(({ precision, passed }) => [precision, passed]),
    [
      ["fp32", true],
      ["w8", true],
      ["int8", true],
    ],
  );
  assert.ok(glove!.detector?.ok === true && glove!.detector.result.better === null);
  assert.ok(glove!.precisions?.ok === true && glove!.precisions.result.others.length === 2);

  const page = doctorMarkdown({ ...report, encoders: [{ ...glove!, name: "a|b <script>" }] });
  assert.match(page, /^# Doctor\n\nEvery self-test passed\./);
  assert.match(page, /## a\\\|b \\<script\\>/);
  assert.match(page, /\| Publisher's vectors \| ✓ [^|]+ ≤ 1e-4 \|/);
});

test("one that is not right ends in 1 and says what to do; quick is one precision and nothing more", () => {
  const { code, out } = doctor("--quick");
  assert.equal(code, 1);
  assert.match(out, /✗ w8: Card agrees with files\.\s+normalised: card false, files true\./);
  assert.match(out, /A self-test failed: wrong-card\.\s*$/);
  assert.doesNotMatch(out, /MRR/);
  for (const line of out.split("\n")) assert.ok(line.length <= 100 || /[/\\]/.test(line), line);
  assert.equal(doctor("--quick", "--model", GLOVE).code, 0);
});

test("what is no encoder is a failure in one line, and a path is wrong usage", () => {
  const nobody = doctor("--model", "nobody");
  assert.deepEqual([nobody.code, nobody.out], [1, ""]);
  assert.match(nobody.err, /^compare-embeddings: There is no encoder "nobody"[^\n]*\n$/);
  assert.equal(doctor("somewhere").code, 2);
});

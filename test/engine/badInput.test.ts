import assert from "node:assert/strict";
import fs from "node:fs";
import path from "node:path";
import { test } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";

import { ONNX, rigForTests } from "./badInputRig.ts";
import { tableModel, tokenizerJson } from "./smallModel.ts";

const HOSTILE = path.resolve(import.meta.dirname, "../fixtures/hostile-models");

const rig = rigForTests();

test("a sound little model passes by every way that the others are tried on", async () => {
  const folder = rig.folder({ [ONNX]: tableModel(), "tokenizer.json": tokenizerJson() });
  await rig.embedding(folder);
  const kept = await rig.importing(path.join(folder, ONNX));
  fs.rmSync(kept.folder, { recursive: true });
});

test("each file of the corpus is refused, as an import and as a folder; others go on and no process stays", async () => {
  const files = fs.readdirSync(HOSTILE).filter((name) => name.endsWith(".onnx"));
  assert.equal(files.length, 28);
  const before = rig.processes();
  assert.ok(before >= 1 && before <= 2);
  for (const name of files) {
    const bytes = fs.readFileSync(path.join(HOSTILE, name));
    const folder = rig.folder({ [name]: bytes, [ONNX]: bytes, "tokenizer.json": tokenizerJson() });
    const bareFile = path.join(folder, name);
    const [bare] = await Promise.all([rig.refused(rig.importing(bareFile), bareFile, `import of ${name}`), rig.others()]);
    const whole = await rig.refused(rig.embedding(folder), path.join(folder, ONNX), `embed by ${name}`);
    for (const { code, message } of [bare, whole]) {
      assert.equal(code, "badModel", message);
      // The scan says it, so that the runtime never saw the file.
      assert.match(message, /is not one that encoders use|, beyond ±|a size of "\w+" is/, name);
    }
  }
  await rig.others();
  // Those of the pool; the trials' are gone.
  for (let wait = 0; rig.processes() > 2 && wait < 40; wait++) await sleep(50);
  assert.ok(rig.processes() <= 2);
});

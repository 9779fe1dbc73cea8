import assert from "node:assert/strict";
import fs from "node:fs";
import os from "node:os";
import path from "node:path";
import { after, test } from "node:test";

import { createRegistry } from "../../src/engine/registry.ts";

const root = path.resolve(import.meta.dirname, "../..");
const folder = fs.mkdtempSync(path.join(os.tmpdir(), "compare-embeddings-registry-"));
after(() => {
  fs.rmSync(folder, { recursive: true, force: true });
});

/** Gives an encoder its place as whoever makes one does: whole, by its name. */
function put(id: string, name: string): void {
  const record = JSON.parse(fs.readFileSync(path.join(root, "models/glove-6b-100d-50k/encoder.json"), "utf8")) as {
    manifest: object;
  };
  const part = path.join(folder, ".part");
  fs.mkdirSync(part);
  fs.writeFileSync(path.join(part, "encoder.json"), JSON.stringify({ manifest: { ...record.manifest, id, name } }));
  fs.rmSync(path.join(folder, id), { recursive: true, force: true });
  fs.renameSync(part, path.join(folder, id));
}

test("what another process adds, makes anew or takes away is listed, and told of once", () => {
  const told: string[] = [];
  const registry = createRegistry([path.join(root, "models"), folder], ({ id, name }) => told.push(`${id} ${name}`));
  const added = () =>
    registry
      .list()
      .filter(({ bundled }) => !bundled)
      .map(({ id, name }) => `${id} ${name}`);
  assert.deepEqual(added(), []);
  put("a", "first");
  put("b", "first");
  assert.deepEqual(added(), ["a first", "b first"]);
  put("a", "other");
  assert.deepEqual(added(), ["a other", "b first"]);
  fs.rmSync(path.join(folder, "b"), { recursive: true });
  assert.deepEqual(added(), ["a other"]);
  assert.throws(() => registry.resolve({ id: "b" }), /no encoder "b"/);
  assert.deepEqual(added(), ["a other"]);
  assert.deepEqual(told, ["a first", "b first", "a other"]);
  assert.equal(registry.info("a")?.name, "other");
  assert.equal(registry.info("b"), undefined);
});

test("no encoder's folder is read again for a list while its record is the same", () => {
  put("c", "whole");
  const told: string[] = [];
  const registry = createRegistry([path.join(root, "models"), folder], ({ id }) => told.push(id));
  // Reading the folder again would find this, and tell of it.
  fs.writeFileSync(path.join(folder, "c", "more.json"), "{}");
  registry.list();
  assert.deepEqual(told, []);
  registry.refresh();
  assert.deepEqual(told, ["c"]);
});

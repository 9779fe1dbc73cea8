import assert from "node:assert/strict";
import fs from "node:fs";
import os from "node:os";
import path from "node:path";
import { after, before, test } from "node:test";

import { commandLine, type Ended } from "./commandLine.ts";
import { startFakeServer, vectorOf, type FakeServer } from "./remote/fakeServer.ts";

const folder = fs.mkdtempSync(path.join(os.tmpdir(), "compare-embeddings-remote-"));
const workspace = path.join(folder, "workspace");
let server: FakeServer;

before(async () => {
  server = await startFakeServer();
  fs.mkdirSync(workspace);
  fs.writeFileSync(path.join(workspace, "a.md"), "# Boats\n\nA ship sails.\n\n# Bread\n\nFlour and water.\n");
});
after(async () => {
  await server.close();
  fs.rmSync(folder, { recursive: true, force: true });
});

function cli(args: readonly string[], input = "", key = ""): Promise<Ended> {
  server.seen.length = 0;
  const encoders = path.join(folder, "encoders");
  const env = { ...process.env, COMPARE_EMBEDDINGS_ENCODERS: encoders, COMPARE_EMBEDDINGS_REMOTE_KEY: key };
  return commandLine(args, env, input);
}

const TEXTS = ["a ship", "some bread"];
const LINES = TEXTS.map((text) => JSON.stringify({ text })).join("\n");

test("a server becomes an encoder, and is sent texts only by a command that allows its origin", async () => {
  const added = await cli(["remote", `${server.origin}/v1`, "--remote-model", "fake", "--id", "far"], "", "sk-secret");
  assert.deepEqual([added.code, added.out.trim()], [0, "far"], added.err);
  assert.ok(server.seen.every(({ headers }) => headers.authorization === "Bearer sk-secret"));
  assert.ok((await cli(["models"])).out.includes(`at ${server.origin}`));

  const refused = await cli(["embed", "--model", "far"], LINES);
  assert.equal(refused.code, 1);
  assert.ok(refused.err.includes(`--allow-remote ${server.origin}`), refused.err);
  assert.equal(server.seen.length, 0);

  const done = await cli(["embed", "--model", "far", "--allow-remote", server.origin], LINES);
  assert.equal(done.code, 0, done.err);
  const rows = done.out
    .trim()
    .split("\n")
    .map((line) => JSON.parse(line) as { vector: number[] });
  for (const [at, { vector }] of rows.entries())
    for (const [d, value] of vectorOf(TEXTS[at]!).entries()) assert.ok(Math.abs(vector[d]! - value) < 1e-6);
  assert.ok(done.err.includes(`Sending 2 texts, 16 characters, to ${server.origin}`), done.err);
  assert.ok(server.seen.every(({ headers }) => headers.authorization === undefined));
});

test("compare, index and neighbours say how much they send, and send no more", async () => {
  const allow = ["--models", "far,glove-6b-100d-50k", "--allow-remote", server.origin];
  const sent = (): string => {
    const texts = server.seen.flatMap((one) => one.texts).filter((text) => !text.startsWith("The quick brown fox"));
    const characters = texts.reduce((sum, text) => sum + text.length, 0);
    return `Sending ${texts.length} texts, ${characters} characters, to ${server.origin}`;
  };
  const compared = await cli(["compare", ...allow, "--json", "--split", "lines", workspace]);
  assert.equal(compared.code, 0, compared.err);
  assert.ok(compared.err.includes(sent()), `${compared.err} is not ${sent()}`);

  const storage = ["--storage", path.join(folder, "storage")];
  const without = await cli(["index", "--models", "far,glove-6b-100d-50k", "--json", ...storage, workspace]);
  assert.equal(without.code, 0, "the other encoder is indexed");
  assert.ok(without.err.includes("You have not agreed"), without.err);
  assert.equal(server.seen.length, 0);
  const indexed = await cli(["index", ...allow, "--json", ...storage, workspace]);
  assert.equal(indexed.code, 0, indexed.err);
  assert.ok(indexed.err.includes(sent()), `${indexed.err} is not ${sent()}`);

  const found = await cli(["neighbours", ...allow, "--text", "a ship", "--json", ...storage, workspace]);
  assert.equal(found.code, 0, found.err);
  assert.equal((JSON.parse(found.out) as { models: Record<string, unknown[]> }).models["far"]!.length > 0, true);
  assert.ok(server.seen.flatMap(({ texts }) => texts).includes("a ship"));
  // All texts have their vectors; what goes is the query.
  assert.deepEqual(found.err.match(/Sending.*$/gm), [`Sending 1 text, 6 characters, to ${server.origin}`]);
});

test("what is no origin, or one key for two servers, is wrong usage", async () => {
  for (const args of [
    ["--allow-remote", "anything"],
    ["--allow-remote", "https://a.example", "--allow-remote", "https://b.example"],
  ]) {
    const { code } = await cli(["embed", "--model", "far", ...args], LINES, "sk-secret");
    assert.equal(code, 2);
  }
  const insecure = await cli(["remote", "http://192.0.2.1/", "--remote-model", "m"]);
  assert.equal(insecure.code, 1);
  assert.match(insecure.err, /192\.0\.2\.1 is not an address that texts are sent to/);
});

import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import fs from "node:fs";
import net from "node:net";
import path from "node:path";
import { test } from "node:test";

import { cancellationSource, neverCancelled } from "../../src/core/base/cancellation.ts";
import type { EmbedError } from "../../src/protocol/errors.ts";
import type { SkipReason } from "../../src/protocol/workspace.ts";
import { isSecretName } from "../../src/engine/workspace/secrets.ts";
import { readTextFile } from "../../src/engine/workspace/textFile.ts";
import { walkWorkspace, withRuleFolders, type WalkOptions, type WalkResult } from "../../src/engine/workspace/walk.ts";
import { scratch, tree } from "./fileTrees.ts";

const walk = (folder: string, options: Partial<WalkOptions> = {}, only?: readonly string[]): Promise<WalkResult> =>
  walkWorkspace({ folders: [{ path: folder, name: "it" }], exclude: [], ...options }, neverCancelled, only);
const paths = ({ files }: WalkResult): string[] => files.map(({ path: shown }) => shown);
const examples = ({ skipped }: WalkResult, wanted: SkipReason): readonly string[] =>
  skipped.find(({ reason }) => reason === wanted)?.examples ?? [];
/** Only on systems that have them; Windows has no pipes in folders. */
const isPosix = process.platform !== "win32";

test("files come in the order of their paths, with size and time", async () => {
  const folder = tree({ "b/c.ts": "1", "a.ts": "22", "b.ts": "", "b/.hidden": "x" });
  const { files, skipped } = await walk(folder);
  assert.deepEqual(
    files.map(({ path: shown, size }) => [shown, size]),
    [
      ["a.ts", 2],
      ["b/.hidden", 1],
      ["b/c.ts", 1],
      ["b.ts", 0],
    ],
  );
  assert.equal(files[0]!.file, path.join(folder, "a.ts"));
  assert.equal(files[0]!.mtimeMs, fs.statSync(files[0]!.file).mtimeMs);
  assert.deepEqual(skipped, []);
});

test("ignore files hold below their folder; the nearer one and the later rule win", async () => {
  const folder = tree({
    ".gitignore": "*.log\n/dist\nnode_modules/\n# remark\n!keep.log\nsecond/*.txt\n**/deep/*.md\nmixed/*\n!mixed/in.ts\n",
    "x.log": "",
    "keep.log": "",
    "dist/a.js": "",
    "src/dist/b.js": "",
    "src/node_modules/c/d.js": "",
    "src/.gitignore": "!*.log\nkeep.log\n",
    "src/y.log": "",
    "src/keep.log": "",
    "second/a.txt": "",
    "second/more/b.txt": "",
    "p/deep/e.md": "",
    "mixed/in.ts": "",
    "mixed/out.ts": "",
    ".ignore": "only-search.ts\n!x.log\n",
    "only-search.ts": "",
  });
  const result = await walk(folder);
  assert.deepEqual(
    paths(result).filter((name) => !name.endsWith("ignore")),
    ["keep.log", "mixed/in.ts", "second/more/b.txt", "src/dist/b.js", "src/y.log", "x.log"],
  );
  const ignored = result.skipped.find(({ reason }) => reason === "ignored")!;
  // A folder counts once; five examples are enough.
  assert.equal(ignored.count, 7);
  assert.equal(ignored.examples.length, 5);
  assert.ok(ignored.examples.includes("dist") && examples(result, "ignored").includes("p/deep/e.md"));
});

test("rules above the folder count from the repository's root, and its info/exclude; a repository inside has its own", async () => {
  const folder = tree({
    ".gitignore": "*.gen.ts\n/app/out\nlib/\n",
    ".git/info/exclude": "private*\n",
    "app/.gitignore": "temp\n",
    "app/web/out/a.ts": "",
    "app/web/b.gen.ts": "",
    "app/web/private.ts": "",
    "app/web/temp/c.ts": "",
    "app/web/d.ts": "",
    "app/out/deep/e.ts": "",
    "app/web/module/.git": "gitdir: ../../../.git/modules/m\n",
    ".git/modules/m/commondir": "../shared\n",
    ".git/modules/shared/info/exclude": "secretly.ts\n",
    "app/web/module/lib/f.ts": "",
    "app/web/module/secretly.ts": "",
  });
  assert.deepEqual(paths(await walk(path.join(folder, "app/web"))), ["d.ts", "module/lib/f.ts", "out/a.ts"]);
  // Who opens an ignored folder wants to see what is in it.
  assert.deepEqual(paths(await walk(path.join(folder, "app/out/deep"))), ["e.ts"]);
  assert.ok(!paths(await walk(folder)).some((name) => name.startsWith(".git/")));
});

test("what the editor excludes is left out, by name or path, file or folder", async () => {
  const folder = tree({
    "a/x.js": "",
    "a/b/y.js": "",
    "c/z.min.js": "",
    ".DS_Store": "",
    "d/keep.js": "",
    "e/f/g.js": "",
    "h.js": "",
  });
  const result = await walk(folder, { exclude: ["**/.DS_Store", "**/b", "**/*.min.js", "e/**", "{h,i}.js"] });
  assert.deepEqual(paths(result), ["a/x.js", "d/keep.js"]);
  assert.deepEqual(examples(result, "excluded"), [".DS_Store", "a/b", "c/z.min.js", "e", "h.js"]);
});

test("stores of version control are never entered", async () => {
  const result = await walk(tree({ ".git/a": "", ".hg/b": "", "x/.svn/c": "", "d.ts": "" }));
  assert.deepEqual(paths(result), ["d.ts"]);
  assert.deepEqual(examples(result, "excluded"), [".git", ".hg", "x/.svn"]);
});

test("links are left to their target inside, skipped to outside, and loops end", async () => {
  const outside = tree({ "o.ts": "outside" });
  const folder = tree({ "a/real.ts": "", "b/c.ts": "" });
  const link = (to: string, at: string): void => {
    fs.symlinkSync(to, path.join(folder, at), isPosix ? undefined : "junction");
  };
  link(path.join(folder, "a"), "b/inside");
  link(outside, "away");
  link(folder, "a/loop");
  link(path.join(folder, "nothing"), "broken");
  if (isPosix) {
    link("self", "self");
    link(path.join(outside, "o.ts"), "o.ts");
  }
  const result = await walk(folder);
  assert.deepEqual(paths(result), ["a/real.ts", "b/c.ts"]);
  assert.deepEqual(examples(result, "linkOutside"), isPosix ? ["away", "o.ts"] : ["away"]);
  assert.deepEqual(examples(result, "unreadable"), isPosix ? ["broken", "self"] : ["broken"]);
  // The workspace itself may be opened by a link.
  const door = path.join(scratch, "door");
  fs.symlinkSync(folder, door, isPosix ? undefined : "junction");
  assert.deepEqual(paths(await walk(door)), ["a/real.ts", "b/c.ts"]);
});

test("pipes, sockets and devices are not opened, also when they bear the name of an ignore file", async () => {
  const folder = tree({ "a.ts": "" });
  if (isPosix) {
    execFileSync("mkfifo", [path.join(folder, "pipe.ts"), path.join(folder, ".gitignore")]);
    const server = net.createServer();
    // A path of a socket may have some hundred characters only.
    const cwd = process.cwd();
    process.chdir(folder);
    await new Promise<void>((resolve) => server.listen("socket", resolve));
    process.chdir(cwd);
    const result = await walk(folder);
    server.close();
    assert.deepEqual(examples(result, "notAFile"), [".gitignore", "pipe.ts", "socket"]);
    // One that took a file's place after the walk neither.
    assert.deepEqual(await readTextFile(path.join(folder, "pipe.ts")), { kind: "skipped", reason: "unreadable" });
  }
  assert.deepEqual(paths(await walk(folder)), ["a.ts"]);
});

test("secrets by name", async () => {
  // Names of files are no words. cspell:disable
  const secret =
    ".env .ENV .env.local prod.env key.pem tls.key a.p12 a.pfx a.jks a.keystore a.crt a.cer a.der id_rsa id_rsa.pub id_ed25519 " +
    "id_ecdsa_sk a.kdbx .netrc .npmrc .pypirc .pgpass .git-credentials credentials credentials.json client_secret_12.json " +
    "service-account.json secrets.yaml terraform.tfstate my.tfvars .htpasswd a.ppk";
  const shown =
    ".env.example .env.sample .env.template .env.local.example environment.ts identity.ts credentials.ts keys.ts secretary.md " +
    "id_map.py client.json secrets.ts service-account.ts key.md env.ts";
  // cspell:enable
  for (const name of secret.split(" ")) assert.ok(isSecretName(name, false), name);
  for (const name of shown.split(" ")) assert.ok(!isSecretName(name, false), name);
  assert.ok(isSecretName(".ssh", true) && !isSecretName("credentials", true));

  const result = await walk(tree({ ".env": "A=1", ".env.example": "A=", "deep/id_rsa": "", ".aws/credentials": "", "a.ts": "" }));
  assert.deepEqual(paths(result), [".env.example", "a.ts"]);
  assert.deepEqual(examples(result, "secret"), [".aws", ".env", "deep/id_rsa"]);
});

test("huge files are too large, also when they grow after the walk; unreadable ones are counted", async () => {
  const folder = tree({ "big.txt": "x".repeat(1_000_001), "limit.txt": "x".repeat(1_000_000), "shut/a.ts": "" });
  fs.chmodSync(path.join(folder, "shut"), 0o000);
  const result = await walk(folder);
  fs.chmodSync(path.join(folder, "shut"), 0o700);
  assert.deepEqual(examples(result, "tooLarge"), ["big.txt"]);
  // The superuser reads everything, and Windows has no such bits.
  const mayRead = process.getuid?.() === 0 || !isPosix;
  assert.deepEqual(paths(result), mayRead ? ["limit.txt", "shut/a.ts"] : ["limit.txt"]);
  assert.deepEqual(examples(result, "unreadable"), mayRead ? [] : ["shut"]);
  assert.equal((await readTextFile(path.join(folder, "limit.txt"))).kind, "text");
  assert.deepEqual(await readTextFile(path.join(folder, "big.txt")), { kind: "skipped", reason: "tooLarge" });

  const missing = await walk(path.join(folder, "missing"));
  assert.deepEqual([paths(missing), examples(missing, "unreadable")], [[], ["it"]]);
});

test("several folders: names in front; one inside another gives each file once", async () => {
  const folder = tree({ "a.ts": "", "inner/b.ts": "", "inner/c/d.ts": "" });
  const other = tree({ "e.ts": "" });
  const folders = [
    { path: folder, name: "outer" },
    { path: path.join(folder, "inner"), name: "inner" },
    { path: other, name: "other" },
    { path: folder, name: "again" },
  ];
  assert.deepEqual(paths(await walk("", { folders })), ["outer/a.ts", "inner/b.ts", "inner/c/d.ts", "other/e.ts"]);
  const only = [path.join(folder, "inner"), path.join(other, "e.ts")];
  assert.deepEqual(paths(await walk("", { folders }, only)), ["inner/b.ts", "inner/c/d.ts", "other/e.ts"]);
});

test("only what changed is looked at, by the same rules", async () => {
  const folder = tree({
    ".gitignore": "build/\n*.log\n",
    "a.ts": "",
    "b/c.ts": "",
    "b/d.ts": "",
    "b/e/f.ts": "",
    "build/deep/g.ts": "",
    "b/h.log": "",
    "b/.env": "",
    "b/.gitignore": "d.ts\n",
    "z/excluded/i.ts": "",
  });
  const changed = async (...names: string[]): Promise<string[]> =>
    paths(
      await walk(
        folder,
        { exclude: ["z/excluded"] },
        names.map((name) => path.join(folder, name)),
      ),
    );
  assert.deepEqual(await changed("a.ts"), ["a.ts"]);
  assert.deepEqual(await changed("b/c.ts", "b/e", "b/e/f.ts"), ["b/c.ts", "b/e/f.ts"]);
  assert.deepEqual(await changed("build/deep/g.ts", "b/h.log", "b/.env", "z/excluded/i.ts", "b/d.ts", ".git/HEAD"), []);
  assert.deepEqual(await changed("gone.ts", "gone/deep.ts"), []);
  assert.deepEqual(await changed(".."), paths(await walk(folder, { exclude: ["z/excluded"] })));
  // New rules may let any file of their folder in or out.
  const rules = path.join(folder, "b/.gitignore");
  assert.deepEqual(withRuleFolders([rules, "x"]), [path.join(folder, "b"), "x"]);
  assert.deepEqual(await changed("b/.gitignore"), ["b/.gitignore", "b/c.ts", "b/e/f.ts"]);
  assert.deepEqual(paths(await walk(folder, {}, [path.join(scratch, "elsewhere")])), []);
});

test("a walk gives way and can be cancelled", async () => {
  const folder = tree({ "a.ts": "" });
  const source = cancellationSource();
  const walking = walkWorkspace({ folders: [{ path: folder, name: "it" }], exclude: [] }, source.token);
  source.cancel();
  await assert.rejects(walking, (error: EmbedError) => error.data.code === "cancelled");
});

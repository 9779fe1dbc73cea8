import assert from "node:assert/strict";
import fs from "node:fs";
import path from "node:path";
import { test } from "node:test";

import { COMMANDS, SETTINGS, TOOLS, VIEWS } from "../../src/host/contributions.ts";

const root = path.resolve(import.meta.dirname, "../..");
const readJson = (file: string): unknown => JSON.parse(fs.readFileSync(path.join(root, file), "utf8"));
const inputs = (bundle: string): string[] => Object.keys((readJson(`out/meta/${bundle}.json`) as { inputs: object }).inputs);

test("what esbuild bundled keeps to the rooms", () => {
  const has = (bundle: string, pattern: RegExp): boolean => inputs(bundle).some((input) => pattern.test(input));
  assert.ok(
    !has("extension", /^src\/(engine|encoder|catalogue|cli)\/|^webview\//),
    "the extension host starts the engine by its path",
  );
  assert.ok(!has("panel", /^src\/(?!core\/|protocol\/)/), "the panel knows the protocol only");
  assert.ok(!has("engine", /^src\/(host|encoder|catalogue|cli)\/|^webview\//));
  assert.ok(!has("encoder", /^src\/(host|engine|catalogue|cli)\/|^webview\//));
  assert.ok(
    !has("catalogue", /^src\/(host|engine|cli)\/|^src\/encoder\/(?!onnx\/|formats\/)|^webview\//),
    "the builder builds only",
  );
  assert.ok(!has("cli", /^src\/(host|engine|encoder|catalogue)\/|^webview\//));
});

test("no module imports itself by way of others", () => {
  const imports = new Map<string, string[]>();
  for (const file of fs.readdirSync(path.join(root, "out/meta")))
    for (const [module, { imports: found }] of Object.entries(
      (readJson(`out/meta/${file}`) as { inputs: Record<string, { imports: { path: string; external?: boolean }[] }> }).inputs,
    ))
      if (/^(src|webview)\//.test(module))
        imports.set(
          module,
          found.filter(({ external }) => external !== true).map((to) => to.path),
        );
  const finished = new Set<string>();
  const visit = (module: string, trail: readonly string[]): void => {
    assert.ok(!trail.includes(module), [...trail.slice(trail.indexOf(module)), module].join(" → "));
    if (finished.has(module)) return;
    for (const next of imports.get(module) ?? []) visit(next, [...trail, module]);
    finished.add(module);
  };
  assert.ok(imports.size > 50);
  for (const module of imports.keys()) visit(module, []);
});

test("only encoder, engine and extension reach for what is not in their bundle", () => {
  const bundle = (name: string): string => fs.readFileSync(path.join(root, "dist", `${name}.js`), "utf8");
  assert.match(bundle("encoder"), /require\d*\("onnxruntime-node"\)/);
  for (const name of ["extension", "cli", "catalogue"]) assert.doesNotMatch(bundle(name), /["']onnxruntime-node["']/);
  for (const name of ["encoder", "catalogue", "cli", "engine"]) assert.doesNotMatch(bundle(name), /from ?["']vscode["']/);
  assert.ok(fs.statSync(path.join(root, "dist/extension.js")).size <= 300_000);
});

test("package.json and the code agree on commands, views, settings and tools", () => {
  const { contributes } = readJson("package.json") as {
    contributes: {
      commands: { command: string }[];
      views: Record<string, { id: string }[]>;
      configuration: { properties: Record<string, { scope: string; order: number; markdownDescription?: string }> };
      languageModelTools: { name: string }[];
    };
  };
  assert.deepEqual(new Set(contributes.commands.map(({ command }) => command)), new Set(Object.values(COMMANDS)));
  assert.deepEqual(
    new Set(
      Object.values(contributes.views)
        .flat()
        .map(({ id }) => id),
    ),
    new Set(Object.values(VIEWS)),
  );
  assert.deepEqual(new Set(contributes.languageModelTools.map(({ name }) => name)), new Set(Object.values(TOOLS)));
  const { section, ...names } = SETTINGS;
  const properties = Object.entries(contributes.configuration.properties);
  assert.deepEqual(new Set(properties.map(([name]) => name)), new Set(Object.values(names).map((name) => `${section}.${name}`)));
  // A repository must not choose what runs on this machine, nor where anything is sent.
  for (const [name, { scope }] of properties)
    if (/node|path|url|host|exec|key|workers|address|secure|token|server|folder|endpoint/i.test(name))
      assert.ok(scope === "machine" || scope === "application", name);
});

test("the lock file names no host", () => {
  assert.doesNotMatch(fs.readFileSync(path.join(root, "package-lock.json"), "utf8"), /"resolved": "http/);
});

import assert from "node:assert/strict";
import { test } from "node:test";

import { readFrontMatter } from "../../src/engine/hub/frontMatter.ts";

test("lists, quotes, flow lists, comments and line ends are read as YAML has them", () => {
  const matter = readFrontMatter(
    [
      "\uFEFF---  ",
      "# by hand",
      'license: "other"  # see below',
      "license_name: my-licence",
      "license_link: https://example.org/licence",
      'language: [en, "no", \'pt-BR\', "zh, traditional"]',
      "'base_model':",
      "    - owner/one",
      "    - owner/two   # merged",
      "base_model_relation: merge",
      "datasets: owner/single",
      "tags:",
      "- code",
      "- 'it''s'",
      '-   "a: b"',
      "pipeline_tag: feature-extraction",
      "...",
      "license: mit",
    ].join("\r\n"),
  );
  assert.deepEqual(matter, {
    license: ["other"],
    license_name: ["my-licence"],
    license_link: ["https://example.org/licence"],
    language: ["en", "no", "pt-BR", "zh, traditional"],
    base_model: ["owner/one", "owner/two"],
    base_model_relation: ["merge"],
    datasets: ["owner/single"],
    tags: ["code", "it's", "a: b"],
    pipeline_tag: ["feature-extraction"],
  });
});

test("what is neither text nor a list of texts is passed over, with all that is inside it", () => {
  const matter = readFrontMatter(
    [
      "---",
      "datasets:",
      "- name: owner/maps",
      "  config:",
      "  - not-a-dataset",
      "- owner/plain",
      "license: >",
      "  a long text",
      "  - not an item",
      "base_model: &anchor owner/anchored",
      "language:",
      "  primary: en",
      "  - odd",
      "tags: [broken,",
      "model-index: {name: x}",
      "library_name: null",
      "metrics:",
      "- - nested",
      'co2: "unfinished',
      "---",
    ].join("\n"),
  );
  assert.deepEqual(matter, { datasets: ["owner/plain"] });
  for (const hostile of [
    "",
    "---",
    "---\n",
    "--- \nlicense: mit",
    `---\n${"a: b\n".repeat(30_000)}---`,
    `---\n${"[".repeat(1e5)}\n---`,
  ])
    assert.deepEqual(readFrontMatter(hostile), {});
  const started = performance.now();
  readFrontMatter(`---\ntags: [${'"a, '.repeat(50_000)}]\nx: ${"'".repeat(50_000)}\n${" ".repeat(50_000)}-\n---`);
  assert.ok(performance.now() - started < 1000, "no text stalls it");
});

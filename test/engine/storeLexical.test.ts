import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import path from "node:path";
import { test } from "node:test";

import { wordsOf } from "../../src/core/text/words.ts";
import type { Catalogue } from "../../src/engine/store/catalogue.ts";
import { file, freshFolder, openIndex } from "./store/sampleFiles.ts";

test("words are the parts of identifiers and the identifiers themselves", () => {
  // cspell:disable
  const cases: readonly (readonly [string, string])[] = [
    ["parseHeader(line)", "parse header parseheader line"],
    ["HTTPServer2.getURLs", "http server 2 httpserver2 get ur ls geturls"],
    ["snake_case_name __init__ $el", "snake case name snakecasename init el"],
    ["MAX_BYTES = 0x1F", "max bytes maxbytes 0 x 1 f 0x1f"],
    ["Élan naïve Straße", "élan naïve straße"],
    ["ПарсерДанных", "парсер данных парсерданных"],
    ["数据结构 x", "数据 据结 结构 x"],
    ["ｆｕｌｌ ﬁne", "full fine"],
    ["", ""],
    ["+-*/ ;", ""],
  ];
  // cspell:enable
  for (const [text, words] of cases) assert.equal(wordsOf(text).join(" "), words, text);
  assert.deepEqual(wordsOf("a".repeat(65)), []);
  assert.deepEqual(wordsOf("parse_header"), wordsOf("parseHeader"));
});

test("BM25 is that of a plain implementation, over what is present only", (t) => {
  const root = path.join(import.meta.dirname, "../../src/core");
  const sources = readdirSync(root, { recursive: true, encoding: "utf8" }).filter((name) => name.endsWith(".ts"));
  const files = sources.map((name) => {
    const text = readFileSync(path.join(root, name), "utf8");
    return file(name, text.split("\n\n"));
  });
  const queries = ["parseHeader of the cosine", "neighbour neighbour token", "export function", "nowhere_at_all", ""];
  for (const storage of [freshFolder(t), null]) {
    const { catalogue } = openIndex(t, storage);
    catalogue.putFiles(files);
    const check = (accept?: Uint8Array): void => {
      for (const query of queries) {
        const expected = plainBm25(catalogue, query, accept).slice(0, 20);
        const found = catalogue.lexical(query, 20, accept);
        assert.deepEqual(
          found.map(({ text }) => text),
          expected.map(({ text }) => text),
        );
        found.forEach(({ score }, at) => {
          assert.ok(Math.abs(score - expected[at]!.score) < 1e-9);
        });
      }
    };
    check();
    check(catalogue.allowed({ path: "text/**" }));
    // Statistics follow what goes and what comes.
    catalogue.removeFiles(files.slice(0, 5).map((each) => each.file));
    catalogue.putFiles([file("more.ts", ["a cosine of a neighbour", "token token token"])]);
    check();
  }
});

const [K1, B] = [1.2, 0.75];

/** Okapi BM25 as it stands in the books. */
function plainBm25(catalogue: Catalogue, query: string, accept?: Uint8Array): { text: number; score: number }[] {
  const documents = [...catalogue.presentTexts()].map((text) => ({ text, words: wordsOf(catalogue.textOf(text).text) }));
  const mean = documents.reduce((sum, { words }) => sum + words.length, 0) / documents.length;
  const idf = new Map(
    wordsOf(query).map((word) => {
      const containing = documents.filter(({ words }) => words.includes(word)).length;
      return [word, Math.log(1 + (documents.length - containing + 0.5) / (containing + 0.5))];
    }),
  );
  return documents
    .map(({ text, words }) => {
      let score = 0;
      for (const word of wordsOf(query)) {
        const frequency = words.filter((other) => other === word).length;
        score += (idf.get(word)! * frequency * (K1 + 1)) / (frequency + K1 * (1 - B + (B * words.length) / mean));
      }
      return { text, score };
    })
    .filter(({ text, score }) => score > 0 && (accept === undefined || accept[text] === 1))
    .sort((a, b) => (Math.abs(a.score - b.score) < 1e-12 ? a.text - b.text : b.score - a.score));
}

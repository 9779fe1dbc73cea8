import fs from "node:fs";
import path from "node:path";

import { createSplitter } from "../src/engine/split/splitter.ts";

const root = path.resolve(import.meta.dirname, "..");

/** Longer chunks are left out: both sides would cut them at the encoder's limit, and agree on nothing but that. */
const MAX_CHARACTERS = 4000;

/** Enough for a steady median. */
const WANTED = 512;

/** Real chunks: functions and classes of this project's own sources, paragraphs of its pages. Always in the same order. */
export async function realChunks(): Promise<string[]> {
  const splitter = createSplitter(path.join(root, "node_modules/@vscode/tree-sitter-wasm/wasm"));
  const files = ["src", "webview", "scripts", "test"].flatMap((folder) =>
    fs
      .readdirSync(path.join(root, folder), { recursive: true, encoding: "utf8" })
      .filter((file) => file.endsWith(".ts"))
      .map((file) => path.join(folder, file)),
  );
  const pages = ["README.md", "ARCHITECTURE.md", "CONTRIBUTING.md"];
  const chunks = new Set<string>();
  for (const file of [...files.sort(), ...pages]) {
    const text = fs.readFileSync(path.join(root, file), "utf8");
    const source = { text, path: file, languageId: file.endsWith(".md") ? "markdown" : "typescript" };
    for (const segment of await splitter.split(source, "auto"))
      if (segment.text.length <= MAX_CHARACTERS) chunks.add(segment.text);
  }
  // Every so many, so that all rooms are among them.
  const step = Math.max(1, chunks.size / WANTED);
  return [...chunks].filter((_, index) => Math.floor((index + 1) / step) > Math.floor(index / step));
}

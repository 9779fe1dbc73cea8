// Builds everything that runs into dist/. `node esbuild.mjs` once, `--watch` to keep at it; scripts import build().
import fs from "node:fs";
import path from "node:path";
import esbuild from "esbuild";

import { writeKernels } from "./scripts/kernels.ts";

const root = import.meta.dirname;
const watching = process.argv.includes("--watch");

/** Some packages are CommonJS and ask for these at run time; an ES module has none of its own. */
const COMMONJS = [
  'import { createRequire as __createRequire } from "node:module";',
  "const require = __createRequire(import.meta.url), __filename = import.meta.filename, __dirname = import.meta.dirname;",
].join("");

const common = {
  absWorkingDir: root,
  bundle: true,
  metafile: true,
  sourcemap: "linked",
  logLevel: "warning",
  target: "es2024",
  legalComments: "none",
};
const node = {
  ...common,
  platform: "node",
  format: "esm",
  target: "node22",
  minifySyntax: true,
  minifyWhitespace: true,
  banner: { js: COMMONJS },
  external: ["vscode", "onnxruntime-node"],
};
/** Milvus' client is a bundle of its own, which the engine loads when the first server is asked. */
const milvusApart = {
  name: "milvusApart",
  setup: (build) => {
    build.onResolve({ filter: /\/milvusSdk\.ts$/ }, () => ({ path: "./milvus.js", external: true }));
  },
};
/** What its writer of files to upload would bring along: half of a cloud's client. Nothing of it is used. */
const withoutParquet = {
  name: "withoutParquet",
  setup: (build) => {
    build.onResolve({ filter: /^@shanghaikid\/parquetjs$/ }, () => ({ path: "parquetjs", namespace: "unused" }));
    build.onLoad({ filter: /.*/, namespace: "unused" }, () => ({ contents: "module.exports = {};" }));
  },
};
const browser = { ...common, platform: "browser", format: "iife", minify: true };

/** One bundle per process, and the panel twice: for the editor, and for a page that stands alone. */
export const BUNDLES = {
  extension: { ...node, entryPoints: ["src/host/extension.ts"], outfile: "dist/extension.js" },
  engine: { ...node, entryPoints: ["src/engine/main.ts"], outfile: "dist/engine.js", plugins: [milvusApart] },
  milvus: { ...node, entryPoints: ["src/engine/store/milvusSdk.ts"], outfile: "dist/milvus.js", plugins: [withoutParquet] },
  encoder: { ...node, entryPoints: ["src/encoder/main.ts"], outfile: "dist/encoder.js" },
  catalogue: { ...node, entryPoints: ["src/catalogue/main.ts"], outfile: "dist/catalogue.js" },
  cli: { ...node, entryPoints: ["src/cli/main.ts"], outfile: "dist/cli.js" },
  panel: { ...browser, entryPoints: ["webview/main.ts"], outfile: "dist/webview/panel.js" },
  standalone: { ...browser, entryPoints: ["webview/standalone.ts"], outfile: "dist/webview/standalone.js" },
  neighbours: { ...browser, entryPoints: ["webview/neighbours/main.ts"], outfile: "dist/webview/neighbours.js" },
  cards: { ...browser, entryPoints: ["webview/cards/main.ts"], outfile: "dist/webview/cards.js" },
  style: { ...common, minify: true, entryPoints: ["webview/panel.css"], outfile: "dist/webview/panel.css" },
  neighboursStyle: {
    ...common,
    minify: true,
    entryPoints: ["webview/neighbours.css"],
    outfile: "dist/webview/neighbours.css",
  },
  cardsStyle: { ...common, minify: true, entryPoints: ["webview/cards.css"], outfile: "dist/webview/cards.css" },
};

/** Grammars of the languages that splitting by symbols knows; src/engine/split says which language uses which. */
export const GRAMMARS = ["typescript", "tsx", "javascript", "python", "go", "rust", "java", "cpp", "c-sharp", "ruby", "php"];

export async function build() {
  for (const [name, options] of Object.entries(BUNDLES)) {
    if (watching) await (await esbuild.context(options)).watch();
    else {
      const { metafile } = await esbuild.build(options);
      write(`out/meta/${name}.json`, JSON.stringify(metafile));
    }
  }
  const wasm = path.join(root, "node_modules/@vscode/tree-sitter-wasm/wasm");
  for (const file of ["tree-sitter.wasm", ...GRAMMARS.map((language) => `tree-sitter-${language}.wasm`)])
    copy(path.join(wasm, file), `dist/grammars/${file}`);
  writeKernels(path.join(root, "dist/kernels"));
}

function write(file, text) {
  const to = path.join(root, file);
  fs.mkdirSync(path.dirname(to), { recursive: true });
  fs.writeFileSync(to, text);
}

function copy(from, file) {
  const to = path.join(root, file);
  fs.mkdirSync(path.dirname(to), { recursive: true });
  fs.copyFileSync(from, to);
}

if (process.argv[1] !== undefined && fs.realpathSync(process.argv[1]) === import.meta.filename) await build();

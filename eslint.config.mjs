import { globalIgnores, defineConfig } from "eslint/config";
import tseslint from "typescript-eslint";

/** Which room may import what. A room that is not named in `may` is forbidden; so is a package that is not. */
const ROOMS = ["core", "protocol", "process", "encoder", "catalogue", "engine", "host", "cli"];
const only = (room, mayRooms, mayPackages) => ({
  files: [`src/${room}/**/*.ts`],
  rules: {
    "no-restricted-imports": [
      "error",
      {
        patterns: [
          ...ROOMS.filter((other) => other !== room && !mayRooms.includes(other)).map((other) => ({
            regex: `^(\\.\\./)+(src/)?${other}/`,
            message: `src/${room} may not import src/${other}.`,
          })),
          { regex: "^(\\.\\./)+(webview|scripts|test|bench)/", message: `src/${room} may import only rooms of src.` },
          {
            regex: `^(?!\\.)(?!(${mayPackages.length ? mayPackages.join("|") : "$nothing"})(/|:|$))`,
            message: `src/${room} may import only these packages: ${mayPackages.join(", ") || "none"}.`,
          },
        ],
      },
    ],
  },
});

const inBrowser = (files, paths) => ({
  files: [files],
  rules: {
    "no-restricted-imports": [
      "error",
      {
        patterns: [
          {
            regex: "^(\\.\\./)+src/(?!core/|protocol/(panel|neighboursPanel|cardsPanel|replay)\\.ts$)",
            message: "The panel talks only through protocol/panel.",
          },
          { regex: "^(vscode|node:|onnxruntime)", message: "The panel runs in a browser." },
        ],
        paths,
      },
    ],
  },
});

export default defineConfig(
  globalIgnores(["dist/", "out/", "models/", "node_modules/", "test/fixtures/", "sample/", "**/*.mjs", "scripts/bootstrap.mjs"]),
  tseslint.configs.strictTypeChecked,
  tseslint.configs.stylisticTypeChecked,
  {
    languageOptions: { parserOptions: { projectService: true } },
    rules: {
      "@typescript-eslint/switch-exhaustiveness-check": ["error", { considerDefaultExhaustiveForUnions: true }],
      // In numeric loops the index is in range by construction; noUncheckedIndexedAccess makes each read say so.
      "@typescript-eslint/no-non-null-assertion": "off",
      "@typescript-eslint/consistent-type-imports": "error",
      // Contracts name their type parameters even where they are used once.
      "@typescript-eslint/no-unnecessary-type-parameters": "off",
      "@typescript-eslint/restrict-template-expressions": ["error", { allowNumber: true }],
      eqeqeq: "error",
    },
  },
  only("core", [], []),
  only("protocol", ["core"], []),
  only("process", ["core", "protocol"], ["node", "vscode-jsonrpc"]),
  only(
    "encoder",
    ["core", "protocol", "process"],
    ["node", "onnxruntime-node", "@huggingface/tokenizers", "vscode-jsonrpc", "valibot"],
  ),
  only("catalogue", ["core", "protocol", "process", "encoder"], ["node", "fflate", "valibot"]),
  only(
    "engine",
    ["core", "protocol", "process"],
    ["node", "onnxruntime-node", "@vscode/tree-sitter-wasm", "@zilliz/milvus2-sdk-node", "picomatch", "valibot"],
  ),
  only("host", ["core", "protocol", "process"], ["node", "vscode", "vscode-jsonrpc", "valibot"]),
  only("cli", ["core", "protocol", "process"], ["node", "valibot"]),
  inBrowser("webview/**/*.ts", [
    { name: "@vscode/webview-ui-toolkit", message: "Only webview/ui.ts imports the widget toolkit." },
  ]),
  inBrowser("webview/ui.ts", []),
  {
    files: ["test/**/*.ts"],
    rules: {
      "@typescript-eslint/no-floating-promises": [
        "error",
        {
          allowForKnownSafeCalls: [
            {
              from: "package",
              package: "node:test",
              name: ["test", "describe", "it", "before", "after", "beforeEach", "afterEach"],
            },
          ],
        },
      ],
    },
  },
);

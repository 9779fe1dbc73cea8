import path from "node:path";

import { createEngineClient, type EngineClient, type EngineClientOptions } from "../../src/process/engineClient.ts";

const root = path.resolve(import.meta.dirname, "../..");

/** The engine run from its sources, with the bundled encoders. */
export function startEngine(options: Partial<EngineClientOptions> = {}): EngineClient {
  return createEngineClient({
    program: path.join(root, "src/engine/main.ts"),
    hello: {
      encoderFolders: [path.join(root, "models")],
      grammarFolder: path.join(root, "node_modules/@vscode/tree-sitter-wasm/wasm"),
      kernelFolder: path.join(root, "dist/kernels"),
      encoderProgram: path.join(root, "src/encoder/main.ts"),
      referenceFolder: path.join(root, "encoders/references"),
      workers: 2,
    },
    ...options,
  });
}

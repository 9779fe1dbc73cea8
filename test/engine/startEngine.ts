import path from "node:path";

import { createEngineClient, type EngineClient, type EngineClientOptions } from "../../src/process/engineClient.ts";

const root = path.resolve(import.meta.dirname, "../..");

export interface StartOptions extends Omit<Partial<EngineClientOptions>, "hello"> {
  /** The user's own folder of encoders, beside the bundled ones. */
  readonly encoders?: string;
  /** What the engine is told in place of what it is told by itself. */
  readonly hello?: Partial<EngineClientOptions["hello"]>;
}

/** The engine run from its sources, with the bundled encoders. */
export function startEngine({ encoders, hello, ...options }: StartOptions = {}): EngineClient {
  return createEngineClient({
    program: path.join(root, "src/engine/main.ts"),
    ...options,
    hello: {
      encoderFolders: [path.join(root, "models"), ...(encoders === undefined ? [] : [encoders])],
      grammarFolder: path.join(root, "node_modules/@vscode/tree-sitter-wasm/wasm"),
      kernelFolder: path.join(root, "dist/kernels"),
      encoderProgram: path.join(root, "src/encoder/main.ts"),
      referenceFolder: path.join(root, "encoders/references"),
      workers: 2,
      ...hello,
    },
  });
}

import fs from "node:fs";
import path from "node:path";

import type { CancellationToken } from "../core/base/cancellation.ts";
import { createEngineClient, type EngineClient } from "../process/engineClient.ts";

/** Runs `body` with an engine that ends with it. Ctrl+C cancels what is under way. */
export async function withEngine<T>(body: (engine: EngineClient, token: CancellationToken) => Promise<T>): Promise<T> {
  const { root, grammars, program } = installation();
  const engine = createEngineClient({
    program: program("engine"),
    hello: {
      encoderFolders: [path.join(root, "models")],
      grammarFolder: grammars,
      encoderProgram: program("encoder"),
    },
    onLog: (level, message) => {
      if (level === "error" || level === "warn") console.error(message);
    },
  });
  const aborter = new AbortController();
  const interrupt = (): void => {
    aborter.abort();
  };
  process.once("SIGINT", interrupt);
  const token: CancellationToken = {
    get isCancellationRequested() {
      return aborter.signal.aborted;
    },
    onCancellationRequested: (listener) => {
      aborter.signal.addEventListener("abort", listener);
      return {
        dispose: () => {
          aborter.signal.removeEventListener("abort", listener);
        },
      };
    },
  };
  try {
    return await body(engine, token);
  } finally {
    process.off("SIGINT", interrupt);
    engine.dispose();
  }
}

export interface Installation {
  readonly root: string;
  readonly grammars: string;
  readonly program: (name: "engine" | "encoder") => string;
}

/** Where the other programs lie: beside this one once it is built, else in its source folders. */
export function installation(): Installation {
  const here = import.meta.dirname;
  if (fs.existsSync(path.join(here, "engine.js")))
    return { root: path.dirname(here), grammars: path.join(here, "grammars"), program: (name) => path.join(here, `${name}.js`) };
  const source = path.dirname(here);
  const root = path.dirname(source);
  const grammars = path.join(root, "node_modules", "@vscode", "tree-sitter-wasm", "wasm");
  return { root, grammars, program: (name) => path.join(source, name, "main.ts") };
}

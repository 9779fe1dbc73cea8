/** Packs the extension for this platform: `npm run package`. Prints what is in it; too large a file is an error. */
import fs from "node:fs";
import path from "node:path";

import { createVSIX } from "@vscode/vsce";
import { unzipSync } from "fflate";

import { setUp } from "./setup.ts";

const root = path.resolve(import.meta.dirname, "..");

/** What a person should have to wait for. */
export const MAX_BYTES = 90e6;

export interface Packed {
  readonly file: string;
  readonly bytes: number;
  /** Names inside the extension's folder, with their sizes unpacked. */
  readonly files: ReadonlyMap<string, number>;
}

export async function packExtension(): Promise<Packed> {
  await setUp();
  const target = `${process.platform}-${process.arch}`;
  const file = path.join(root, "out", `compare-embeddings-${target}.vsix`);
  fs.mkdirSync(path.dirname(file), { recursive: true });
  const modules = path.join(root, "dist", "node_modules");
  try {
    copyRuntime(modules);
    await createVSIX({
      cwd: root,
      packagePath: file,
      target,
      dependencies: false,
      allowMissingRepository: true,
      rewriteRelativeLinks: false,
    });
  } finally {
    // In a checkout the runtime is found in its own node_modules; a second copy would only grow stale.
    fs.rmSync(modules, { recursive: true, force: true });
  }
  const names = new Map<string, number>();
  unzipSync(fs.readFileSync(file), {
    filter: ({ name, originalSize }) => {
      if (name.startsWith("extension/")) names.set(name.slice("extension/".length), originalSize);
      return false;
    },
  });
  const bytes = fs.statSync(file).size;
  if (bytes > MAX_BYTES) throw new Error(`${file} has ${String(bytes)} bytes; ${String(MAX_BYTES)} are allowed`);
  return { file, bytes, files: names };
}

/** ONNX Runtime's program and this platform's libraries, without those for GPUs that we do not use. */
function copyRuntime(modules: string): void {
  const libraries = path.join("bin", "napi-v6", process.platform, process.arch);
  const copy = (name: string, ...parts: string[]): void => {
    const from = path.join(root, "node_modules", name, ...parts);
    if (!fs.existsSync(from)) throw new Error(`ONNX Runtime has no ${path.join(name, ...parts)} for this platform`);
    fs.cpSync(from, path.join(modules, name, ...parts), {
      recursive: true,
      dereference: true,
      filter: (source) => !/\.(map|ts)$|DirectML|dxcompiler|dxil|providers_(cuda|tensorrt)/.test(source),
    });
  };
  copy("onnxruntime-node", "package.json");
  copy("onnxruntime-node", "dist");
  copy("onnxruntime-node", libraries);
  copy("onnxruntime-common", "package.json");
  copy("onnxruntime-common", "dist", "cjs");
}

if (process.argv[1] !== undefined && fs.realpathSync(process.argv[1]) === import.meta.filename) {
  const { file, bytes, files } = await packExtension();
  for (const [name, size] of [...files].sort()) console.log(`${(size / 1e6).toFixed(2).padStart(8)} MB  ${name}`);
  console.log(`${path.relative(root, file)}: ${String(files.size)} files, ${(bytes / 1e6).toFixed(1)} MB`);
}

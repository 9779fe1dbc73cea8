import path from "node:path";

/** Where the parts of an installation lie, by absolute paths. */
export interface Installation {
  readonly engine: string;
  /** What the engine is told of the rest. */
  readonly parts: {
    readonly encoderFolders: readonly string[];
    readonly grammarFolder: string;
    readonly kernelFolder: string;
    readonly encoderProgram: string;
    readonly catalogue: { readonly folder: string; readonly builder: string };
    readonly referenceFolder: string;
  };
}

/** The layout that the build writes and the package carries, under `root`. */
export function installedIn(root: string): Installation {
  const built = (name: string): string => path.join(root, "dist", name);
  return {
    engine: built("engine.js"),
    parts: {
      encoderFolders: [path.join(root, "models")],
      grammarFolder: built("grammars"),
      kernelFolder: built("kernels"),
      encoderProgram: built("encoder.js"),
      catalogue: { folder: path.join(root, "encoders"), builder: built("catalogue.js") },
      referenceFolder: path.join(root, "encoders", "references"),
    },
  };
}

import type { EncoderCard, Precision } from "./card.ts";

/** The file of each precision in a model folder that was built here. */
export const MODEL_FILES: Readonly<Record<Precision, string>> = {
  fp32: "onnx/model.onnx",
  w8: "onnx/model_w8.onnx",
  int8: "onnx/model_int8.onnx",
};

/** A file inside an archive of a package registry. */
export interface PackageFile {
  readonly registry: "pypi" | "npm";
  readonly package: string;
  readonly version: string;
  /** sha256 of the archive. */
  readonly sha256: string;
  readonly bytes: number;
  /** Path inside the archive. */
  readonly member: string;
}

/** A file as it is known by its content. */
export interface SourceFile {
  /** What it is for: "weights", "tokenizer", … */
  readonly role: "weights" | "tokenizer" | "vectors";
  readonly sha256: string;
  readonly bytes: number;
  readonly package: PackageFile;
  /** The same bytes on the model hub, where known. */
  readonly hub?: { readonly repository: string; readonly revision: string; readonly path: string };
}

/** encoders/<id>.json: where an encoder comes from and what it is. */
export interface EncoderManifest {
  readonly id: string;
  readonly name: string;
  /** How its files become ONNX. */
  readonly recipe: "bert-safetensors" | "bert-onnx" | "word-table";
  readonly files: readonly SourceFile[];
  /** config.json of the publisher, for recipes whose package carries none. */
  readonly config?: Readonly<Record<string, unknown>>;
  readonly card: EncoderCard;
}

/** models/<id>/encoder.json: the manifest and what was built from it. */
export interface BuiltEncoder {
  readonly manifest: EncoderManifest;
  /** sha256 of manifest and builder version: built again when it changes. */
  readonly inputs: string;
  readonly built: Readonly<Record<string, { readonly sha256: string; readonly bytes: number }>>;
}

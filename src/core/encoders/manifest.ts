import { PRECISIONS, type EncoderCard, type Precision } from "./card.ts";

/** The file of each precision in a model folder that was built here. */
export const MODEL_FILES: Readonly<Record<Precision, string>> = {
  fp32: "onnx/model.onnx",
  fp16: "onnx/model_fp16.onnx",
  w8: "onnx/model_w8.onnx",
  int8: "onnx/model_int8.onnx",
  q4: "onnx/model_q4.onnx",
};

/** How publishers call the file of a precision, where it is not how we do: with our own name first, as they are looked for. */
const OTHER_NAMES: Readonly<Record<Precision, readonly string[]>> = {
  fp32: ["model_O1", "model_O2", "model_O3"],
  fp16: ["model_float16", "model_O4"],
  w8: [],
  int8: ["model_quantized", "model_uint8", "model_quint8_avx2", "model_qint8_avx512_vnni", "model_qint8_avx512", "model_qint8_arm64"],
  q4: ["model_q4f16", "model_bnb4", "model_int4", "model_uint4"],
};

/** Where the weights of a precision may lie in a publisher's folder: in `onnx`, where most keep them, or beside the settings. */
export function weightFiles(precision: Precision): readonly string[] {
  const own = MODEL_FILES[precision].replace(/^onnx\//, "");
  return [own, ...OTHER_NAMES[precision].map((name) => `${name}.onnx`)].flatMap((name) => [`onnx/${name}`, name]);
}

const KNOWN = new Set(PRECISIONS.flatMap(weightFiles));

/**
 * The one .onnx among a folder's files that is called as no other, where no precision has its file: a bare model. undefined
 * where there is none such, or several.
 */
export function bareModel(files: readonly string[]): string | undefined {
  const models = files.filter((name) => name.endsWith(".onnx"));
  return models.length === 1 && !KNOWN.has(models[0]!) ? models[0] : undefined;
}

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
  /** For wheels that are built for one platform: the one whose sha256 is pinned, whatever this machine is. */
  readonly platform?: "linux-x64";
}

/** A zip archive that is cut into parts, each inside a package: in order, and a path inside the whole. */
export interface SplitArchive {
  readonly parts: readonly PackageFile[];
  readonly member: string;
}

/** A file as it is known by its content. */
export interface SourceFile {
  /** What it is for: "weights", "tokenizer", … */
  readonly role: "weights" | "tokenizer" | "vectors" | "charsMap";
  readonly sha256: string;
  readonly bytes: number;
  readonly package: PackageFile | SplitArchive;
  /** The same bytes on the model hub, where known. */
  readonly hub?: { readonly repository: string; readonly revision: string; readonly path: string };
}

/** How files become ONNX: what the weights are in, and the network they are for. See src/catalogue/recipes. */
export type Recipe =
  | "bert-safetensors"
  | "bert-onnx"
  | "word-table"
  | "mpnet-safetensors"
  | "e5-four-bits"
  | "sentence-convolution"
  | "token-table"
  | "mobilenet";

/** encoders/<id>.json: where an encoder comes from and what it is. */
export interface EncoderManifest {
  readonly id: string;
  readonly name: string;
  readonly recipe: Recipe;
  /** What a person should know and agree to before it is fetched: an unclear licence, for one. */
  readonly caveat?: string;
  /** What is built; absent: fp32, w8 and int8. */
  readonly precisions?: readonly Precision[];
  readonly files: readonly SourceFile[];
  /** config.json of the publisher, for recipes whose package carries none. */
  readonly config?: Readonly<Record<string, unknown>>;
  /** preprocessor_config.json of an encoder of images: how an image becomes the numbers it reads. */
  readonly preprocessing?: Readonly<Record<string, unknown>>;
  readonly card: EncoderCard;
}

/** <folder>/<id>/encoder.json: the manifest and what was built from it. */
export interface BuiltEncoder {
  readonly manifest: EncoderManifest;
  /** sha256 of manifest and builder version: built again when it changes. */
  readonly inputs: string;
  readonly built: Readonly<Record<string, { readonly sha256: string; readonly bytes: number }>>;
}

/** What the engine asks of an encoder process. */
import type { CardPooling, Pooling, Precision } from "../core/encoders/card.ts";
import { request } from "./contract.ts";

export interface EncoderHelloResult {
  readonly protocol: number;
  readonly pid: number;
  /** Version of ONNX Runtime. */
  readonly runtime: string;
}
export const hello = request<{ readonly protocol: number }, EncoderHelloResult>("hello");

/** Weights of one precision in one model folder. */
export interface ModelKey {
  readonly folder: string;
  readonly precision: Precision;
}

export interface LoadedModel {
  readonly dimensions: number;
  readonly layers: number;
  readonly maxTokens: number | null;
  readonly pooling: CardPooling;
  readonly normalized: boolean;
  /** sha256 over the model's and the tokenizer's files, the runtime's version and the settings above. */
  readonly identity: string;
  readonly ms: number;
}
/** What is read of a pass. */
export type HeadSettings = Pick<EncodeParams, "layer" | "pooling" | "normalize" | "dimensions">;

/** Opens a session; a second call for the same model answers at once. With a head, `dimensions` are those of its vectors. */
export const load = request<{ readonly model: ModelKey; readonly head?: HeadSettings }, LoadedModel>("load");

export interface EncodeParams {
  readonly model: ModelKey;
  readonly texts: readonly string[];
  readonly layer?: number;
  readonly pooling?: Pooling;
  /** Put before each text: a prompt of the encoder. */
  readonly prefix?: string;
  readonly normalize?: boolean;
  readonly maxTokens?: number;
  readonly dimensions?: number;
}
/** The same texts for several models, or for one in several ways. */
export interface EncodeAllParams {
  readonly uses: readonly Omit<EncodeParams, "texts">[];
  readonly texts: readonly string[];
}

export interface EncodeResult {
  readonly dimensions: number;
  /** [texts, dimensions], in the order of the texts. */
  readonly vectors: Float32Array;
  readonly tokens: Uint32Array;
  readonly read: Float32Array;
  readonly hasVector: Uint8Array;
  /** Texts that were tokenised for this; fewer than all where a model with the same tokenizer had just done so. */
  readonly tokenised: number;
  /** Time inside session.run and time in all, for the share that is ours. */
  readonly ms: { readonly run: number; readonly total: number };
}
export const encode = request<EncodeParams, EncodeResult>("encode");
/**
 * One result per use, in their order. Models that share a tokenizer tokenise a text once; uses of one model that differ in
 * layer, pooling, normalisation or dimensions alone share one pass.
 */
export const encodeAll = request<EncodeAllParams, readonly EncodeResult[]>("encodeAll");

export interface TokenizeParams {
  readonly model: ModelKey;
  readonly texts: readonly string[];
  readonly prefix?: string;
  readonly maxTokens?: number;
}
export const tokenize = request<TokenizeParams, readonly (readonly number[])[]>("tokenize");

export interface EncodeImagesResult {
  readonly dimensions: number;
  /** [images, dimensions] */
  readonly vectors: Float32Array;
}
/** Images as the encoder's preprocessor_config.json makes them: [images, channels, height, width], row-major. */
export const encodeImages = request<{ readonly model: ModelKey; readonly pixels: Float32Array }, EncodeImagesResult>(
  "encodeImages",
);

export const unload = request<ModelKey, null>("unload");

export interface ConvertParams {
  /** A publisher's folder, of which nobody else reads or writes; absolute. */
  readonly folder: string;
  /** Weights in it, with forward slashes: a .safetensors, or the .safetensors.index.json of a split one. */
  readonly weights: string;
}
export interface ConvertResult {
  /** Files that were written, by their paths in the folder: a model.onnx in single precision, for some a tokenizer. */
  readonly made: readonly string[];
  /** Files whose content is in those, and that nobody needs any more. */
  readonly used: readonly string[];
  /** Numbers in all tensors of floating point that the weights say they hold. */
  readonly parameters: number;
}
/** Builds ONNX from a publisher's safetensors. Throws `badModel` naming the file and the reason. */
export const convert = request<ConvertParams, ConvertResult>("convert");

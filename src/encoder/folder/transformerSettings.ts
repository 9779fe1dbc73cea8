import path from "node:path";

import * as v from "valibot";

import { badModel } from "../../protocol/errors.ts";
import { isThere, readSettings } from "../modelFile.ts";
import { fileOf } from "./place.ts";

/** What a folder says of the network itself and of how texts reach it. */
export interface TransformerSettings {
  readonly maxTokens: number | null;
  /** Whether texts are put in lower case before the tokenizer's own rules. */
  readonly lowerCase: boolean;
  /** The first position is this one: RoBERTa and its descendants count from behind the padding's id. */
  readonly firstPosition: number;
  /** Width of the states, as config.json has it. */
  readonly width: number | undefined;
  /** Whether it was made to write on: then the last token has seen all others, and is what is read by default. */
  readonly causal: boolean;
  /** How many numbers of a vector its publisher keeps; undefined for all. */
  readonly truncation: number | undefined;
}

const COUNT = v.pipe(v.number(), v.integer(), v.minValue(1));

/** Older versions of the library named the file after the network; the first that is there counts. */
const OWN_SETTINGS = ["bert", "roberta", "distilbert", "camembert", "albert", "xlm-roberta", "xlnet"].map(
  (name) => `sentence_${name}_config.json`,
);
const OWN = v.looseObject({
  max_seq_length: v.nullish(COUNT),
  do_lower_case: v.nullish(v.boolean()),
  transformer_task: v.nullish(v.string()),
});
const CONFIG = v.looseObject({
  max_position_embeddings: v.nullish(v.number()),
  /** NomicBERT's name for it. */
  n_positions: v.nullish(v.number()),
  hidden_size: v.nullish(v.number()),
  model_type: v.nullish(v.string()),
  pad_token_id: v.nullish(v.number()),
  architectures: v.nullish(v.array(v.string())),
  is_causal: v.nullish(v.boolean()),
});
const TOKENIZER = v.looseObject({ model_max_length: v.nullish(v.number()) });
const LIBRARY = v.looseObject({ model_type: v.nullish(v.string()), truncate_dim: v.nullish(COUNT) });

const OF_LIBRARY = "config_sentence_transformers.json";

/** @param places where the network's files may lie in the folder, in the order in which they are looked for */
export function readTransformerSettings(folder: string, places: readonly string[]): TransformerSettings {
  const read = <T extends v.GenericSchema>(names: readonly string[], schema: T): v.InferOutput<T> | undefined => {
    const name = places.flatMap((place) => names.map((one) => fileOf(place, one))).find((one) => isThere(path.join(folder, one)));
    return name === undefined ? undefined : readSettings(folder, name, schema);
  };
  const own = read(OWN_SETTINGS, OWN);
  const config = read(["config.json"], CONFIG);
  const library = readSettings(folder, OF_LIBRARY, LIBRARY);
  const kind = library?.model_type ?? TEXTS;
  if (kind !== TEXTS)
    throw badModel(path.join(folder, OF_LIBRARY), `it is a ${kind.slice(0, 60)}, which gives no vector of a text`);
  const task = own?.transformer_task ?? STATES;
  if (task !== STATES) throw badModel(folder, `its transformer_task is ${JSON.stringify(task.slice(0, 60))}, not ${STATES}`);

  // As the library does: what it keeps itself counts, else what the tokenizer says; never more than there are positions.
  const firstPosition = FROM_PADDING.has(config?.model_type ?? "") ? (config?.pad_token_id ?? 1) + 1 : 0;
  const limits = [
    own?.max_seq_length ?? read(["tokenizer_config.json"], TOKENIZER)?.model_max_length,
    (config?.max_position_embeddings ?? config?.n_positions ?? Infinity) - firstPosition,
  ];
  const known = limits.filter((limit) => typeof limit === "number" && limit >= 1 && limit <= MOST_TOKENS);
  return {
    maxTokens: known.length === 0 ? null : Math.floor(Math.min(...(known as number[]))),
    lowerCase: own?.do_lower_case ?? false,
    firstPosition,
    width: config?.hidden_size ?? undefined,
    causal: config?.architectures?.[0]?.endsWith("ForCausalLM") === true && config.is_causal !== false,
    truncation: library?.truncate_dim ?? undefined,
  };
}

/** The one kind of model of the library that turns a text into one vector, and the task of a network that gives states. */
const TEXTS = "SentenceTransformer";
const STATES = "feature-extraction";

/** Tokenizers without a limit say 10^30; no encoder reads as much as this. */
const MOST_TOKENS = 10_000_000;

const FROM_PADDING = new Set(["roberta", "xlm-roberta", "camembert", "mpnet"]);

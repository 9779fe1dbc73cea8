import * as v from "valibot";

import type { EncoderCard, Fact } from "../../core/encoders/card.ts";
import type { LoadedModel } from "../../protocol/encoder.ts";
import { readFrontMatter, type FrontMatter } from "./frontMatter.ts";

export interface CardSources {
  /** A file of the publisher's as text; undefined when it is not there. */
  readonly read: (name: string) => string | undefined;
  /** What opening the model told. */
  readonly loaded: LoadedModel;
  /** The publisher's page and name, for models from the hub. */
  readonly homepage?: string | undefined;
  readonly repository?: string | undefined;
}

/** The card of an encoder from its own files. What they do not say is "unknown". */
export function importedCard({ read, loaded, homepage, repository }: CardSources): EncoderCard {
  const matter = readFrontMatter(read("README.md") ?? "");
  const config = parsed(CONFIG, read("config.json")) ?? {};
  const { prompts = {}, default_prompt_name: named } = parsed(PROMPTS, read("config_sentence_transformers.json")) ?? {};
  return {
    causes: {
      architecture: architectureOf(config, loaded),
      trainingData: listed(matter, "datasets"),
      objective: fact(
        (matter["tags"] ?? []).filter((tag) => tag.startsWith(LOSS)).map((tag) => tag.slice(LOSS.length)),
        "README.md (tags)",
      ),
      pretrainedBase: baseOf(matter, config, repository),
      hyperparameters: UNKNOWN,
      domain: domainOf(matter),
      layers:
        config.num_hidden_layers === undefined
          ? UNKNOWN
          : { value: `read from the last of ${config.num_hidden_layers}`, source: "config.json" },
      transfer: listed(matter, "base_model_relation"),
    },
    dimensions: loaded.dimensions,
    maxTokens: loaded.maxTokens,
    pooling: loaded.pooling,
    normalized: loaded.normalized,
    prompts,
    ...(typeof named === "string" && named in prompts ? { defaultPrompt: named } : {}),
    // No file of the publisher says it, and a file's size is no count.
    parameters: null,
    layers: loaded.layers,
    licence: licenceOf(matter),
    ...(homepage === undefined ? {} : { homepage }),
  };
}

/** Tags that sentence-transformers writes for the loss a model was trained with. */
const LOSS = "loss:";

const UNKNOWN: Fact = { value: "unknown" };

const fact = (texts: readonly string[], source: string): Fact =>
  texts.length === 0 ? UNKNOWN : { value: texts.join(", "), source };

const listed = (matter: FrontMatter, key: string): Fact => fact(matter[key] ?? [], `README.md (${key})`);

const CONFIG = v.looseObject({
  architectures: v.optional(v.array(v.string())),
  model_type: v.optional(v.string()),
  num_hidden_layers: v.optional(v.number()),
  hidden_size: v.optional(v.number()),
  num_attention_heads: v.optional(v.number()),
  _name_or_path: v.optional(v.string()),
});
type Config = Partial<v.InferOutput<typeof CONFIG>>;

const PROMPTS = v.looseObject({
  prompts: v.optional(v.record(v.string(), v.string())),
  default_prompt_name: v.nullish(v.string()),
});

function architectureOf(config: Config, { pooling }: LoadedModel): Fact {
  const name = config.architectures?.[0] ?? config.model_type;
  if (name === undefined) return UNKNOWN;
  const parts = [
    name,
    config.num_hidden_layers === undefined ? undefined : `${config.num_hidden_layers} layers`,
    config.hidden_size === undefined ? undefined : `${config.hidden_size} wide`,
    config.num_attention_heads === undefined ? undefined : `${config.num_attention_heads} heads`,
    `${pooling} pooling`,
  ];
  return { value: parts.filter((part) => part !== undefined).join(", "), source: "config.json" };
}

/** `_name_or_path` is what the weights were loaded from when they were saved: often the base, often a folder or the model itself. */
function baseOf(matter: FrontMatter, config: Config, repository: string | undefined): Fact {
  const told = listed(matter, "base_model");
  const path = config._name_or_path;
  if (told !== UNKNOWN || path === undefined || path === repository || !/^\w[\w.-]*\/[\w.-]*\w$/.test(path)) return told;
  return { value: path, source: "config.json (_name_or_path)" };
}

function domainOf(matter: FrontMatter): Fact {
  const languages = matter["language"] ?? [];
  // A tag with a colon is a key of some tool; the others are the owner's words.
  const tags = (matter["tags"] ?? []).filter((tag) => !tag.includes(":"));
  const parts = [
    ...(languages.length === 0 ? [] : [`language: ${languages.join(", ")}`]),
    ...(tags.length === 0 ? [] : [`tags: ${tags.join(", ")}`]),
  ];
  const keys = [languages.length > 0 ? "language" : "", tags.length > 0 ? "tags" : ""].filter((key) => key !== "");
  return parts.length === 0 ? UNKNOWN : { value: parts.join("; "), source: `README.md (${keys.join(", ")})` };
}

function licenceOf(matter: FrontMatter): Fact {
  const named = matter["license"]?.[0] === "other" && matter["license_name"] !== undefined ? "license_name" : "license";
  return listed(matter, named);
}

/** undefined for a file that is missing or says something else; whoever opens the model complains about it. */
function parsed<T extends v.GenericSchema>(schema: T, text: string | undefined): v.InferOutput<T> | undefined {
  try {
    const result = v.safeParse(schema, JSON.parse(text ?? "null"));
    return result.success ? result.output : undefined;
  } catch {
    return undefined;
  }
}

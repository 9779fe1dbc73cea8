import * as v from "valibot";

import type { EncoderCard, Fact } from "../../core/encoders/card.ts";
import { poolingName } from "../../core/encoders/variant.ts";
import type { LoadedModel } from "../../protocol/encoder.ts";
import { publishedPrompts } from "../publishedPrompts.ts";
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
  const library = parsed(LIBRARY, read(LIBRARY_FILE)) ?? {};
  return {
    causes: {
      architecture: architectureOf(config, loaded, read),
      trainingData: listed(matter, "datasets"),
      objective: fact(
        (matter["tags"] ?? []).filter((tag) => tag.startsWith(LOSS)).map((tag) => tag.slice(LOSS.length)),
        "README.md (tags)",
      ),
      pretrainedBase: baseOf(matter, config, repository),
      hyperparameters: useOf(library),
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
    ...promptsOf(read(LIBRARY_FILE)),
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

const LIBRARY_FILE = "config_sentence_transformers.json";
const LIBRARY = v.looseObject({
  similarity_fn_name: v.nullish(v.string()),
  truncate_dim: v.nullish(v.number()),
});
type Library = Partial<v.InferOutput<typeof LIBRARY>>;

function promptsOf(text: string | undefined): ReturnType<typeof publishedPrompts> {
  try {
    return publishedPrompts(JSON.parse(text ?? "{}"));
  } catch {
    return { prompts: {} };
  }
}

/** How the publisher means vectors to be used. */
const useOf = ({ similarity_fn_name: similarity, truncate_dim: cut }: Library): Fact =>
  fact(
    [
      ...(typeof similarity === "string" ? [`compared by ${similarity}`] : []),
      ...(typeof cut === "number" ? [`cut to ${String(cut)} dimensions`] : []),
    ],
    LIBRARY_FILE,
  );

const MODULES = v.array(v.looseObject({ type: v.string(), path: v.optional(v.string(), "") }));
const DENSE = v.looseObject({ out_features: v.number() });

function architectureOf(config: Config, { pooling }: LoadedModel, read: CardSources["read"]): Fact {
  const name = config.architectures?.[0] ?? config.model_type;
  if (name === undefined) return UNKNOWN;
  const modules = parsed(MODULES, read("modules.json"));
  // Without a list of modules the library pools by its default, and so is done here.
  const byDefault = modules === undefined && pooling !== "graph" ? " (no modules.json: the library's default)" : "";
  const parts = [
    name,
    config.num_hidden_layers === undefined ? undefined : `${config.num_hidden_layers} layers`,
    config.hidden_size === undefined ? undefined : `${config.hidden_size} wide`,
    config.num_attention_heads === undefined ? undefined : `${config.num_attention_heads} heads`,
    pooling === "graph" ? "pooling in its graph" : `${poolingName(pooling)} pooling${byDefault}`,
    ...(modules ?? []).map(({ type, path: place }) =>
      moduleName(type, parsed(DENSE, read(`${place}/config.json`))?.out_features),
    ),
  ];
  return { value: parts.filter((part) => part !== undefined).join(", "), source: "config.json" };
}

/** Modules after pooling that do more than scale. */
function moduleName(type: string, dense: number | undefined): string | undefined {
  switch (type.split(".").at(-1)) {
    case "Dense":
      return dense === undefined ? "a dense layer" : `a dense layer to ${String(dense)}`;
    case "LayerNorm":
      return "a layer norm";
    default:
      return undefined;
  }
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

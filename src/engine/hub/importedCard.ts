import * as v from "valibot";

import { UNKNOWN, type EncoderCard, type Fact } from "../../core/encoders/card.ts";
import { poolingName } from "../../core/encoders/variant.ts";
import type { LoadedModel } from "../../protocol/encoder.ts";
import { publishedPrompts } from "../publishedPrompts.ts";
import { readFrontMatter, type FrontMatter } from "./frontMatter.ts";
import { parsed, statedHyperparameters, statedNetwork, type ReadFile, type StatedNetwork } from "./statedSettings.ts";

export interface CardSources {
  readonly read: ReadFile;
  /** What opening the model told. */
  readonly loaded: LoadedModel;
  /** The publisher's page and name, for models from the hub. */
  readonly homepage?: string | undefined;
  readonly repository?: string | undefined;
  /** Numbers that the weights hold, where a file says so by itself. */
  readonly parameters?: number | undefined;
}

/** The card of an encoder from its own files. What they do not say is "unknown". */
export function importedCard({ read, loaded, homepage, repository, parameters }: CardSources): EncoderCard {
  const matter = readFrontMatter(read("README.md") ?? "");
  const network = statedNetwork(read);
  return {
    causes: {
      architecture: architectureOf(network, loaded, read),
      trainingData: dataOf(matter),
      objective: fact(
        (matter["tags"] ?? []).filter((tag) => tag.startsWith(LOSS)).map((tag) => tag.slice(LOSS.length)),
        "README.md (tags)",
      ),
      pretrainedBase: baseOf(matter, network, repository),
      hyperparameters: statedHyperparameters(read),
      domain: domainOf(matter),
      layers:
        network.layers === undefined ? UNKNOWN : { value: `read from the last of ${network.layers}`, source: "config.json" },
      transfer: listed(matter, "base_model_relation"),
    },
    dimensions: loaded.dimensions,
    maxTokens: loaded.maxTokens,
    pooling: loaded.pooling,
    normalized: loaded.normalized,
    ...publishedPrompts(read(LIBRARY_FILE)),
    // A file's size is no count.
    parameters: parameters ?? null,
    layers: loaded.layers,
    licence: licenceOf(matter),
    ...(homepage === undefined ? {} : { homepage }),
  };
}

/** Tags that sentence-transformers writes for the loss a model was trained with. */
const LOSS = "loss:";

const fact = (texts: readonly string[], source: string, between = ", "): Fact =>
  texts.length === 0 ? UNKNOWN : { value: texts.join(between), source };

const listed = (matter: FrontMatter, key: string): Fact => fact(matter[key] ?? [], `README.md (${key})`);

const LIBRARY_FILE = "config_sentence_transformers.json";

const MODULES = v.array(v.looseObject({ type: v.string(), path: v.optional(v.string(), "") }));
const DENSE = v.looseObject({ out_features: v.number() });

function architectureOf({ name, layers, width, heads }: StatedNetwork, { pooling }: LoadedModel, read: ReadFile): Fact {
  if (name === undefined) return UNKNOWN;
  const modules = parsed(MODULES, read("modules.json"));
  // Where neither a list of modules nor a pooling tells, the library pools by its default, and so is done here.
  const isTold = modules !== undefined || read("1_Pooling/config.json") !== undefined;
  const byDefault = !isTold && pooling !== "graph" ? " (no modules.json: the library's default)" : "";
  const parts = [
    name,
    layers === undefined ? undefined : `${layers} layers`,
    width === undefined ? undefined : `${width} wide`,
    heads === undefined ? undefined : `${heads} heads`,
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
function baseOf(matter: FrontMatter, { namedAfter: path }: StatedNetwork, repository: string | undefined): Fact {
  const told = listed(matter, "base_model");
  if (told !== UNKNOWN || path === undefined || path === repository || !/^\w[\w.-]*\/[\w.-]*\w$/.test(path)) return told;
  return { value: path, source: "config.json (_name_or_path)" };
}

/** Data sets, and how many samples sentence-transformers says there were. */
function dataOf(matter: FrontMatter): Fact {
  const size = (matter["tags"] ?? [])
    .map((tag) => /^dataset_size:(\d{1,12})$/.exec(tag)?.[1])
    .find((found) => found !== undefined);
  const sets = matter["datasets"] ?? [];
  const samples = size === undefined ? [] : [`${Number(size).toLocaleString("en")} samples`];
  const keys = [...(sets.length === 0 ? [] : ["datasets"]), ...(size === undefined ? [] : ["tags"])];
  return fact([...(sets.length === 0 ? [] : [sets.join(", ")]), ...samples], `README.md (${keys.join(", ")})`, "; ");
}

/** Languages first: what comes first is what encoders are put together by. */
function domainOf(matter: FrontMatter): Fact {
  const languages = matter["language"] ?? [];
  // A tag with a colon is a key of some tool; the others are the owner's words.
  const tags = (matter["tags"] ?? []).filter((tag) => !tag.includes(":"));
  const task = matter["pipeline_tag"]?.[0];
  const parts: readonly (readonly [key: string, words: string])[] = [
    ...(languages.length === 0
      ? []
      : [["language", `${languages.length === 1 ? "language" : "languages"} ${languages.join(", ")}`] as const]),
    ...(task === undefined ? [] : [["pipeline_tag", `for ${task}`] as const]),
    ...(tags.length === 0 ? [] : [["tags", `tagged ${tags.join(", ")}`] as const]),
  ];
  return fact(
    parts.map(([, words]) => words),
    `README.md (${parts.map(([key]) => key).join(", ")})`,
    "; ",
  );
}

/** A licence that has no usual name has one of its own, and an address where it can be read. */
function licenceOf(matter: FrontMatter): Fact {
  const own = matter["license"]?.[0] === "other" ? matter["license_name"] : undefined;
  const told = own === undefined ? listed(matter, "license") : listed(matter, "license_name");
  const link = matter["license_link"]?.[0];
  return told !== UNKNOWN && link?.startsWith("https://") === true ? { ...told, source: link } : told;
}

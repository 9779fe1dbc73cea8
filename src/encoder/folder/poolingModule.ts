import path from "node:path";

import * as v from "valibot";

import type { CardPooling, Pooling } from "../../core/encoders/card.ts";
import { badModel } from "../../protocol/errors.ts";
import { readSettings } from "../modelFile.ts";
import { fileOf } from "./place.ts";

/** A module of the kind Pooling. */
export interface PoolingModule {
  readonly pooling: Exclude<CardPooling, "graph">;
  /** Width of the states it expects; undefined where its file does not say. */
  readonly width: number | undefined;
  /** Whether the tokens of a prompt count like those of the text. */
  readonly includePrompt: boolean;
}

const MODES: Readonly<Record<string, Pooling>> = {
  cls: "cls",
  max: "max",
  mean: "mean",
  mean_sqrt_len_tokens: "meansqrt",
  weightedmean: "weightedmean",
  lasttoken: "last",
};

/** Before version 6 there was one boolean per mode. Several were laid end to end in this order, whatever that of the file. */
const OLD_MODES: readonly (readonly [string, Pooling])[] = [
  ["pooling_mode_cls_token", "cls"],
  ["pooling_mode_max_tokens", "max"],
  ["pooling_mode_mean_tokens", "mean"],
  ["pooling_mode_mean_sqrt_len_tokens", "meansqrt"],
  ["pooling_mode_weightedmean_tokens", "weightedmean"],
  ["pooling_mode_lasttoken", "last"],
];

const WIDTH = v.optional(v.pipe(v.number(), v.integer(), v.minValue(1)));
const CONFIG = v.looseObject({
  embedding_dimension: WIDTH,
  word_embedding_dimension: WIDTH,
  include_prompt: v.optional(v.boolean(), true),
  pooling_mode: v.optional(v.union([v.string(), v.pipe(v.array(v.string()), v.minLength(1), v.maxLength(OLD_MODES.length))])),
});

/**
 * Reads config.json of a pooling module in either spelling. Without any mode in it, it is the mean, as the library has it;
 * without the file nobody knows, and the library refuses too.
 */
export function readPoolingModule(folder: string, module: string): PoolingModule {
  const name = fileOf(module, "config.json");
  const config = readSettings(folder, name, CONFIG);
  if (config === undefined) throw badModel(path.join(folder, name), "it is not there, and modules.json names it");
  const unknown = (mode: string): Error =>
    badModel(path.join(folder, name), `its pooling ${JSON.stringify(mode.slice(0, 60))} is not known here`);
  const modes: Pooling[] = [];
  if (config.pooling_mode !== undefined) {
    for (const mode of [config.pooling_mode].flat()) {
      if (!Object.hasOwn(MODES, mode)) throw unknown(mode);
      modes.push(MODES[mode]!);
    }
  } else {
    const active = Object.entries(config).filter(([key, value]) => key.startsWith("pooling_mode_") && value === true);
    for (const [key] of active) if (!OLD_MODES.some(([old]) => old === key)) throw unknown(key);
    modes.push(...OLD_MODES.filter(([old]) => active.some(([key]) => key === old)).map(([, mode]) => mode));
  }
  return {
    pooling: joined(modes),
    width: config.embedding_dimension ?? config.word_embedding_dimension,
    includePrompt: config.include_prompt,
  };
}

function joined([first = "mean", ...more]: readonly Pooling[]): PoolingModule["pooling"] {
  return more.length === 0 ? first : `${first}+${more.join("+")}`;
}

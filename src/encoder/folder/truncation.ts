import * as v from "valibot";

import { readSettings } from "../modelFile.ts";

const LIBRARY = v.looseObject({ truncate_dim: v.nullish(v.pipe(v.number(), v.integer(), v.minValue(1))) });

/** How many numbers of a vector its publisher keeps; undefined for all. */
export const readTruncation = (folder: string): number | undefined =>
  readSettings(folder, "config_sentence_transformers.json", LIBRARY)?.truncate_dim ?? undefined;

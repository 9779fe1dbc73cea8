import path from "node:path";

import * as v from "valibot";

import { badModel } from "../../protocol/errors.ts";
import { isThere, readSettings } from "../modelFile.ts";
import type { VectorModule } from "../vectorModules.ts";
import { fileOf, placeWithin } from "./place.ts";
import { readPoolingModule, type PoolingModule } from "./poolingModule.ts";
import { readVectorModule } from "./vectorModule.ts";

/** The modules of a folder in the layout of sentence-transformers, in their order. */
export interface Modules {
  /** Where the first module lies, which makes states of tokens; "" for the folder itself. */
  readonly first: string;
  /** undefined where the first module gives vectors by itself. */
  readonly pooling: PoolingModule | undefined;
  readonly after: readonly VectorModule[];
}

const MODULES = "modules.json";
const SCHEMA = v.pipe(
  v.array(v.looseObject({ type: v.string(), path: v.optional(v.string(), "") })),
  v.minLength(1),
  v.maxLength(100),
);

const MEAN: PoolingModule = { pooling: "mean", width: undefined, includePrompt: true };

/** Modules that make states or vectors of tokens. */
const FIRST = new Set(["Transformer", "StaticEmbedding"]);

/** Where every version has put the pooling of a network that lies in the folder itself. */
const USUAL_POOLING = "1_Pooling";

/**
 * Reads modules.json and the files of the modules after the first. Types were respelled in version 6, so only the last part of
 * their names counts. Without such a list a pooling in its usual place still counts: a folder that was copied by half must not
 * be averaged unseen, as the library would do. undefined where there is neither. Throws `badModel` for what is not known to be done here exactly.
 */
export function readModules(folder: string): Modules | undefined {
  const listed = readSettings(folder, MODULES, SCHEMA);
  if (listed === undefined)
    return isThere(path.join(folder, fileOf(USUAL_POOLING, "config.json")))
      ? { first: "", pooling: readPoolingModule(folder, USUAL_POOLING), after: [] }
      : undefined;
  const file = path.join(folder, MODULES);
  const [first, ...rest] = listed.map(({ type, path: place }) => ({
    type: type.split(".").at(-1)!,
    place: placeWithin(file, place),
  }));
  if (first === undefined || !FIRST.has(first.type)) throw unknown(file, first?.type ?? "");
  // A static table is the mean over its tokens' rows, and that is all of it.
  let pooling: PoolingModule | undefined = first.type === "StaticEmbedding" ? MEAN : undefined;
  const after: VectorModule[] = [];
  for (const { type, place } of rest) {
    if (type === "Pooling") {
      if (pooling !== undefined || after.length > 0) throw badModel(file, "it pools what is pooled already");
      pooling = readPoolingModule(folder, place);
      continue;
    }
    const module = readVectorModule(folder, place, type);
    if (module === undefined) throw unknown(file, type);
    if (module !== "nothing") after.push(module);
  }
  return { first: first.place, pooling, after };
}

const unknown = (file: string, type: string): Error =>
  badModel(file, `its module ${JSON.stringify(type.slice(0, 60))} is of a kind that is not read here`);

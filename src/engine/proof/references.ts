import fs from "node:fs";
import path from "node:path";

import * as v from "valibot";

import { PRECISIONS } from "../../core/encoders/card.ts";
import type { ReferenceFile } from "../../core/proof/referenceFile.ts";
import { shortText } from "../boundedFiles.ts";

/**
 * A folder's own reference vectors lie in this file, in the form of {@link ReferenceFile}, and come along when it is imported. No
 * publisher's convention is known.
 */
const OWN_REFERENCES = "reference_vectors.json";

/**
 * Reference vectors of an encoder: those its folder carries; else those of our table, found by the id of an encoder that was built
 * here, or by the repository or the weights that an imported one is from. Throws for a file that is none.
 */
export function referencesFor(table: string | undefined, folder: string, id: string): ReferenceFile | undefined {
  const own = path.join(folder, OWN_REFERENCES);
  if (isSmallFile(own)) return read(own);
  if (table === undefined) return undefined;
  const { built, repository, digests } = originOf(folder);
  if (built) {
    const file = path.join(table, `${id}.json`);
    return isSmallFile(file) ? read(file) : undefined;
  }
  if (!fs.existsSync(table)) return undefined;
  return fs
    .readdirSync(table)
    .filter((name) => name.endsWith(".json"))
    .map((name) => read(path.join(table, name)))
    .find(
      ({ repositories = [], weights = [] }) =>
        (repository !== undefined && repositories.includes(repository)) || weights.some((sha256) => digests.has(sha256)),
    );
}

const REFERENCES = v.object({
  source: v.string(),
  precision: v.picklist(PRECISIONS),
  prefix: v.string(),
  dimensions: v.number(),
  repositories: v.exactOptional(v.array(v.string())),
  weights: v.exactOptional(v.array(v.string())),
  items: v.pipe(
    v.array(v.object({ text: v.string(), ids: v.optional(v.array(v.number())), vector: v.string() })),
    v.minLength(1),
  ),
});

const read = (file: string): ReferenceFile => v.parse(REFERENCES, JSON.parse(fs.readFileSync(file, "utf8")));

/** A few texts with their vectors take some 50 kB; what is larger by far was not made for this. */
const MAX_BYTES = 4_000_000;

function isSmallFile(file: string): boolean {
  const stat = fs.lstatSync(file, { throwIfNoEntry: false });
  return stat?.isFile() === true && stat.size <= MAX_BYTES;
}

const DIGESTS = v.optional(v.record(v.string(), v.looseObject({ sha256: v.string() })), {});
const ORIGIN = v.looseObject({
  manifest: v.looseObject({ recipe: v.optional(v.string()) }),
  source: v.optional(v.looseObject({ repository: v.optional(v.string()) })),
  built: DIGESTS,
  from: DIGESTS,
});

interface Origin {
  /** Whether it was built here from a recipe. */
  readonly built: boolean;
  /** The repository it was imported from. */
  readonly repository: string | undefined;
  /** sha256 of the files it was imported from. */
  readonly digests: ReadonlySet<string>;
}

function originOf(folder: string): Origin {
  try {
    const { manifest, source, built, from } = v.parse(ORIGIN, JSON.parse(shortText(path.join(folder, "encoder.json")) ?? ""));
    const digests = new Set([...Object.values(built), ...Object.values(from)].map(({ sha256 }) => sha256));
    return { built: manifest.recipe !== undefined, repository: source?.repository, digests };
  } catch {
    return { built: false, repository: undefined, digests: new Set() };
  }
}

import fs from "node:fs";
import { createRequire } from "node:module";
import path from "node:path";

import * as v from "valibot";

import { CAUSES, POOLINGS, PRECISIONS, type EncoderCard } from "../core/encoders/card.ts";
import { promptOf, type Role } from "../core/encoders/prompts.ts";
import { MODEL_FILES } from "../core/encoders/manifest.ts";
import type { ModelKey } from "../protocol/encoder.ts";
import type { EncoderChoice, EncoderInfo, EncoderState } from "../protocol/engine.ts";
import { unknownEncoder, type EmbedErrorData } from "../protocol/errors.ts";

/** The encoders that are on this machine, and how each is doing. */
export interface Registry {
  list(): readonly EncoderInfo[];
  /** The folder and precision of a choice. Throws `unknownEncoder`. */
  modelOf(choice: EncoderChoice): ModelKey;
  /** The text that a choice's encoder wants before texts of a role; see core/encoders/prompts.ts. */
  promptOf(choice: EncoderChoice, role: Role): string;
  /** Whether a choice's encoder is a table without a network: it costs next to nothing. */
  isStatic(choice: EncoderChoice): boolean;
  /** Changes whenever vectors of the choice might: a cheap stand-in for the identity, which only an opened model has. */
  stampOf(choice: EncoderChoice, role: Role): string;
  setState(id: string, state: EncoderState, error?: EmbedErrorData): void;
}

export function createRegistry(folders: readonly string[], onChanged: (encoder: EncoderInfo) => void): Registry {
  const states = new Map<string, { state: EncoderState; error?: EmbedErrorData }>();
  const encoders = new Map<string, { folder: string; name: string; card: EncoderCard }>();
  for (const parent of folders) {
    if (!fs.existsSync(parent)) continue;
    for (const entry of fs.readdirSync(parent).sort()) {
      const folder = path.join(parent, entry);
      const manifest = readManifest(folder);
      if (manifest !== undefined && !encoders.has(manifest.id)) encoders.set(manifest.id, { folder, ...manifest });
    }
  }

  const infoOf = (id: string): EncoderInfo => {
    const { folder, name, card } = encoders.get(id)!;
    const precisions = PRECISIONS.flatMap((precision) => {
      const stat = fs.statSync(path.join(folder, MODEL_FILES[precision]), { throwIfNoEntry: false });
      return stat === undefined ? [] : [{ precision, bytes: stat.size }];
    });
    const known = states.get(id) ?? { state: precisions.length === 0 ? "missing" : "ready" };
    return { id, name, bundled: true, ...known, card, precisions };
  };

  const modelOf = ({ id, precision = "w8" }: EncoderChoice): ModelKey => {
    const encoder = encoders.get(id);
    if (encoder !== undefined) return { folder: encoder.folder, precision };
    if (path.isAbsolute(id) && fs.existsSync(id)) return { folder: id, precision };
    throw unknownEncoder(id);
  };
  const prompt = ({ id }: EncoderChoice, role: Role): string => {
    const card = encoders.get(id)?.card;
    return card === undefined ? "" : promptOf(card, role);
  };

  return {
    list: () => [...encoders.keys()].map(infoOf),
    modelOf,
    promptOf: prompt,
    isStatic: ({ id }) => encoders.get(id)?.card.layers === 0,
    stampOf: (choice, role) => {
      const { folder, precision } = modelOf(choice);
      return JSON.stringify([RUNTIME, folder, precision, choice.layer, choice.pooling, prompt(choice, role), stampOf(folder)]);
    },
    setState: (id, state, error) => {
      const before = states.get(id);
      if (!encoders.has(id) || (before?.state === state && before.error === error)) return;
      states.set(id, error === undefined ? { state } : { state, error });
      onChanged(infoOf(id));
    },
  };
}

/** The version of ONNX Runtime that this installation carries; it is part of every vector's identity. */
const RUNTIME = runtimeVersion();

function runtimeVersion(): string {
  const require = createRequire(import.meta.url);
  try {
    return (require("onnxruntime-node/package.json") as { version: string }).version;
  } catch {
    return "unknown";
  }
}

/** Names, sizes and times of what lies in a model folder. */
function stampOf(folder: string): readonly string[] {
  return fs
    .readdirSync(folder, { recursive: true, encoding: "utf8" })
    .sort()
    .flatMap((name) => {
      const stat = fs.statSync(path.join(folder, name), { throwIfNoEntry: false });
      return stat?.isFile() === true ? [`${name} ${stat.size} ${stat.mtimeMs}`] : [];
    });
}

const FACT = v.object({ value: v.string(), source: v.exactOptional(v.string()) });
const MANIFEST = v.object({
  manifest: v.object({
    id: v.string(),
    name: v.string(),
    card: v.object({
      causes: v.object(v.entriesFromList(CAUSES, FACT)),
      dimensions: v.number(),
      maxTokens: v.nullable(v.number()),
      pooling: v.picklist(POOLINGS),
      normalized: v.boolean(),
      prompts: v.record(v.string(), v.string()),
      parameters: v.number(),
      layers: v.number(),
      licence: FACT,
      homepage: v.exactOptional(v.string()),
    }),
  }),
});

/** undefined for a folder that holds no encoder of ours. */
function readManifest(folder: string): { id: string; name: string; card: EncoderCard } | undefined {
  try {
    return v.parse(MANIFEST, JSON.parse(fs.readFileSync(path.join(folder, "encoder.json"), "utf8"))).manifest;
  } catch {
    return undefined;
  }
}

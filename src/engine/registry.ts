import fs from "node:fs";
import { createRequire } from "node:module";
import path from "node:path";

import * as v from "valibot";

import { CARD_POOLINGS, CAUSES, defaultPrecision, PRECISIONS, type EncoderCard, type Precision } from "../core/encoders/card.ts";
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
  /** Looks at the folders again, and tells of encoders that are new or have changed. */
  refresh(): void;
}

export function createRegistry(folders: readonly string[], onChanged: (encoder: EncoderInfo) => void): Registry {
  const states = new Map<string, { state: EncoderState; error?: EmbedErrorData }>();
  let encoders = scan(folders);

  const infoOf = (id: string): EncoderInfo => {
    const { folder, name, card, bundled } = encoders.get(id)!;
    const precisions = precisionsIn(folder);
    const known = states.get(id) ?? { state: precisions.length === 0 ? "missing" : "ready" };
    return { id, name, bundled, ...known, card, precisions };
  };

  const modelOf = ({ id, precision }: EncoderChoice): ModelKey => {
    const folder = encoders.get(id)?.folder ?? (path.isAbsolute(id) && fs.existsSync(id) ? id : undefined);
    if (folder === undefined) throw unknownEncoder(id);
    return { folder, precision: precision ?? defaultPrecision(precisionsIn(folder).map((one) => one.precision)) };
  };
  const prompt = ({ id }: EncoderChoice, role: Role): string => {
    const card = encoders.get(id)?.card;
    return card === undefined ? "" : promptOf(card, role);
  };

  return {
    list: () => [...encoders.keys()].map(infoOf),
    modelOf,
    promptOf: prompt,
    isStatic: ({ id }) => {
      const card = encoders.get(id)?.card;
      return card?.layers === 0 && card.pooling !== "graph";
    },
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
    refresh: () => {
      const before = encoders;
      encoders = scan(folders);
      for (const [id, encoder] of encoders) {
        if (before.get(id)?.stamp === encoder.stamp) continue;
        // Whatever it was like, these are other files.
        states.delete(id);
        onChanged(infoOf(id));
      }
    },
  };
}

interface Found {
  readonly folder: string;
  readonly name: string;
  readonly card: EncoderCard;
  readonly bundled: boolean;
  readonly stamp: string;
}

/** The encoders of all folders, by id; the first that has an id wins. */
function scan(folders: readonly string[]): Map<string, Found> {
  const encoders = new Map<string, Found>();
  for (const [index, parent] of folders.entries()) {
    if (!fs.existsSync(parent)) continue;
    for (const entry of fs.readdirSync(parent).sort()) {
      const folder = path.join(parent, entry);
      const manifest = readManifest(folder);
      if (manifest === undefined || encoders.has(manifest.id)) continue;
      const stamp = stampOf(folder).join("\n");
      encoders.set(manifest.id, { folder, ...manifest, bundled: index === 0, stamp });
    }
  }
  return encoders;
}

/** What is on disk of a model folder, with sizes in bytes. */
const precisionsIn = (folder: string): readonly { readonly precision: Precision; readonly bytes: number }[] =>
  PRECISIONS.flatMap((precision) => {
    const stat = fs.statSync(path.join(folder, MODEL_FILES[precision]), { throwIfNoEntry: false });
    return stat === undefined ? [] : [{ precision, bytes: stat.size }];
  });

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
      pooling: v.picklist(CARD_POOLINGS),
      normalized: v.boolean(),
      prompts: v.record(v.string(), v.string()),
      defaultPrompt: v.exactOptional(v.string()),
      input: v.exactOptional(v.picklist(["text", "image"])),
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

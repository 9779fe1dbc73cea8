import fs from "node:fs";
import path from "node:path";

import * as v from "valibot";

import { CAUSES, isCardPooling, type CardPooling, type EncoderCard } from "../core/encoders/card.ts";
import { filesIn, namesIn, quietly, shortText } from "./boundedFiles.ts";
import { REMOTE_RECORD, serverAddress, type RemoteRecord } from "./remote/remoteRecord.ts";

/** An encoder that lies in one of the folders. */
export interface FoundEncoder {
  readonly folder: string;
  readonly name: string;
  readonly card: EncoderCard;
  readonly bundled: boolean;
  /** Changes with the files of its folder. */
  readonly stamp: string;
  readonly remote?: RemoteRecord;
}

/** The encoders of all folders, by id; the first that has an id wins. */
export function findEncoders(folders: readonly string[]): ReadonlyMap<string, FoundEncoder> {
  const encoders = new Map<string, FoundEncoder>();
  for (const [index, parent] of folders.entries()) {
    for (const entry of namesIn(parent)) {
      const folder = path.join(parent, entry);
      const manifest = readManifest(folder);
      if (manifest === undefined || encoders.has(manifest.id)) continue;
      const stamp = stampOf(folder).join("\n");
      encoders.set(manifest.id, { folder, ...manifest, bundled: index === 0, stamp });
    }
  }
  return encoders;
}

/**
 * Changes when an encoder comes, goes or is made anew in one of the folders, by whatever process: all that is made gets its name,
 * or its record, at the end. One look at each record; no folder of an encoder is looked through.
 */
export const recordsIn = (folders: readonly string[]): string =>
  JSON.stringify(
    folders.map((parent) =>
      namesIn(parent).flatMap((name) => {
        const stat = quietly(() => fs.statSync(path.join(parent, name, RECORD)));
        return stat === undefined ? [] : [[name, stat.size, stat.mtimeMs, stat.ino]];
      }),
    ),
  );

/** Names, sizes and times of what lies in a model folder. */
export const stampOf = (folder: string): readonly string[] =>
  filesIn(folder).map(({ path: name, bytes, mtimeMs }) => `${name} ${bytes} ${mtimeMs}`);

const RECORD = "encoder.json";

const FACT = v.object({ value: v.string(), source: v.exactOptional(v.string()) });
const MANIFEST = v.object({
  manifest: v.object({
    id: v.string(),
    name: v.string(),
    card: v.object({
      causes: v.object(v.entriesFromList(CAUSES, FACT)),
      dimensions: v.number(),
      maxTokens: v.nullable(v.number()),
      pooling: v.custom<CardPooling>((value) => typeof value === "string" && isCardPooling(value)),
      normalized: v.boolean(),
      prompts: v.record(v.string(), v.string()),
      defaultPrompt: v.exactOptional(v.string()),
      input: v.exactOptional(v.picklist(["text", "image"])),
      parameters: v.nullable(v.number()),
      layers: v.number(),
      licence: FACT,
      homepage: v.exactOptional(v.string()),
    }),
  }),
  remote: v.exactOptional(REMOTE_RECORD),
});

/** undefined for a folder that holds no encoder of ours. */
function readManifest(folder: string): (Pick<FoundEncoder, "name" | "card" | "remote"> & { id: string }) | undefined {
  try {
    const { manifest, remote } = v.parse(MANIFEST, JSON.parse(shortText(path.join(folder, RECORD)) ?? ""));
    if (remote === undefined) return manifest;
    // An address that nothing may be sent to makes no encoder.
    serverAddress(remote);
    return { ...manifest, remote };
  } catch {
    return undefined;
  }
}

import fs from "node:fs";
import path from "node:path";

import type { ModelKey } from "../protocol/encoder.ts";

export interface OpenedModels<M> {
  (key: ModelKey): Promise<M>;
  forget(key: ModelKey): void;
}

/**
 * Opens each model once, by folder and precision; one that could not be opened is forgotten, so that a later try may succeed.
 * A folder that was put in another's place, by whatever process, is opened anew: it is another model.
 */
export function openedModels<M>(open: (key: ModelKey) => Promise<M>): OpenedModels<M> {
  const models = new Map<string, { readonly stamp: string; readonly model: Promise<M> }>();
  const nameOf = ({ folder, precision }: ModelKey): string => `${precision} ${folder}`;
  const get = (key: ModelKey): Promise<M> => {
    const name = nameOf(key);
    const stamp = stampOf(key.folder);
    const known = models.get(name);
    if (known?.stamp === stamp) return known.model;
    const opened = { stamp, model: open(key) };
    models.set(name, opened);
    opened.model.catch(() => {
      if (models.get(name) === opened) models.delete(name);
    });
    return opened.model;
  };
  return Object.assign(get, { forget: (key: ModelKey) => void models.delete(nameOf(key)) });
}

/** Changes when an encoder is put in place of another: that always makes its record anew. */
function stampOf(folder: string): string {
  const record = fs.statSync(path.join(folder, "encoder.json"), { throwIfNoEntry: false });
  const { ino, size, mtimeMs } = record ?? fs.statSync(folder, { throwIfNoEntry: false }) ?? NOTHING;
  return [ino, size, mtimeMs].join(" ");
}

const NOTHING = { ino: 0, size: 0, mtimeMs: 0 };

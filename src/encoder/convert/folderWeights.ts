import path from "node:path";

import * as v from "valibot";

import { badModel } from "../../protocol/errors.ts";
import type { Tensor } from "../formats/safetensors.ts";
import { openSafetensors, type SafetensorsFile } from "../formats/safetensorsFile.ts";
import { jsonTable } from "../jsonTable.ts";
import { naming, plainFile, readJson } from "./folderFile.ts";

/** The weights of a publisher's folder, in one file or split over several. */
export interface FolderWeights {
  /** Every file that was read, by its path in the folder. */
  readonly files: readonly string[];
  /** Type and shape of each tensor. */
  readonly tensors: ReadonlyMap<string, { readonly type: string; readonly shape: readonly number[] }>;
  /** As float32, read when asked for. Throws `badModel` naming the file. */
  readonly floats: (name: string) => Tensor;
  readonly integers: (name: string) => Float64Array;
  readonly close: () => void;
}

const INDEX = v.looseObject({ weight_map: jsonTable(v.string()) });

/** A longer list of tensors is none. */
const MAX_INDEX_BYTES = 100_000_000;

/** Opens `weights`, a .safetensors or the .index.json of a split one. Throws `badModel` naming the file and the reason. */
export function openFolderWeights(folder: string, weights: string): FolderWeights {
  const parts = weights.endsWith(".index.json") ? partsOf(folder, weights) : undefined;
  const opened = new Map<string, SafetensorsFile>();
  const close = (): void => {
    for (const file of opened.values()) file.close();
  };
  try {
    const owner = new Map<string, string>();
    for (const name of parts?.files ?? [weights]) {
      const file = naming(name, () => openSafetensors(plainFile(folder, name)));
      opened.set(name, file);
      for (const tensor of file.tensors.keys()) {
        if (owner.has(tensor)) throw badModel(name, `its tensor ${tensor} is in ${owner.get(tensor)!} too`);
        owner.set(tensor, name);
      }
    }
    for (const [tensor, name] of parts?.owner ?? [])
      if (owner.get(tensor) !== name) throw badModel(name, `it should hold ${tensor}, as ${weights} says, and does not`);
    const read = <T>(tensor: string, how: (file: SafetensorsFile) => T): T => {
      const name = owner.get(tensor);
      if (name === undefined) throw badModel(weights, `it has no tensor ${tensor}`);
      return naming(name, () => how(opened.get(name)!));
    };
    return {
      files: [...(parts === undefined ? [] : [weights]), ...opened.keys()],
      tensors: new Map([...owner].map(([tensor, name]) => [tensor, opened.get(name)!.tensors.get(tensor)!])),
      floats: (tensor) => {
        const found = read(tensor, (file) => file.floats(tensor));
        return {
          shape: found.shape,
          get data() {
            return read(tensor, () => found.data);
          },
          *pieces() {
            const pieces = (found.pieces?.() ?? [found.data])[Symbol.iterator]();
            for (let next = read(tensor, () => pieces.next()); next.done !== true; next = read(tensor, () => pieces.next()))
              yield next.value;
          },
        };
      },
      integers: (tensor) => read(tensor, (file) => file.integers(tensor)),
      close,
    };
  } catch (error) {
    close();
    throw error;
  }
}

/** The files of a split model, and which tensor lies in which. */
function partsOf(folder: string, weights: string): { files: readonly string[]; owner: ReadonlyMap<string, string> } {
  const index = naming(weights, () => v.parse(INDEX, readJson(folder, weights, MAX_INDEX_BYTES)));
  const beside = path.posix.dirname(weights);
  const owner = new Map(
    [...index.weight_map].map(([tensor, name]) => {
      if (!/^[\w.-]+\.safetensors$/.test(name))
        throw badModel(weights, `it names the file ${JSON.stringify(name.slice(0, 100))}`);
      return [tensor, path.posix.join(beside, name)];
    }),
  );
  return { files: [...new Set(owner.values())].sort(), owner };
}

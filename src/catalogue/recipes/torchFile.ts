import type { Tensor } from "../../encoder/formats/safetensors.ts";
import { readPickle, type Pickled } from "./pickle.ts";

/**
 * The float32 tensors of a file that PyTorch wrote before version 1.6: five pickles (magic number, protocol, machine, the
 * tensors, the keys of their storages), then the storages, each a count (int64) and its numbers. Others are passed over.
 */
export function readTorchFile(file: Uint8Array): Map<string, Tensor> {
  const pickles: Pickled[] = [];
  let at = 0;
  while (pickles.length < 5) {
    const { value, end } = readPickle(file, at);
    pickles.push(value);
    at = end;
  }
  const [, , , state, keys] = pickles;
  if (!(state instanceof Map) || !Array.isArray(keys)) throw new Error("this is no file of weights");
  const entries = [...state].flatMap(([name, value]) => {
    const place = placeOf(value);
    return typeof name === "string" && place !== undefined ? [{ name, ...place }] : [];
  });
  const widths = new Map(entries.map(({ key, type }) => [key, type === "torch.LongStorage" ? 8 : 4]));
  const storages = new Map<Pickled, Float32Array>();
  for (const key of keys) {
    const count = Number(new DataView(file.buffer, file.byteOffset).getBigInt64(at, true));
    const bytes = count * (widths.get(key) ?? 4);
    storages.set(key, new Float32Array(file.slice(at + 8, at + 8 + bytes).buffer));
    at += 8 + bytes;
  }
  return new Map(
    entries
      .filter(({ type }) => type === "torch.FloatStorage")
      .map(({ name, key, offset, shape }) => {
        const count = shape.reduce((product, size) => product * size, 1);
        return [name, { shape, data: storages.get(key)!.subarray(offset, offset + count) }];
      }),
  );
}

interface Place {
  readonly key: Pickled;
  readonly type: string;
  readonly offset: number;
  readonly shape: readonly number[];
}

/** Where the numbers of a tensor lie; they are contiguous in every file of weights. */
function placeOf(value: Pickled): Place | undefined {
  if (value === null || typeof value !== "object" || !("called" in value)) return undefined;
  if (value.called !== "torch._utils._rebuild_tensor_v2") return undefined;
  const [storage, offset, shape] = value.with;
  if (storage === null || typeof storage !== "object" || !("stored" in storage) || !Array.isArray(storage.stored))
    return undefined;
  const [, type, key] = storage.stored;
  if (type === null || typeof type !== "object" || !("global" in type) || key === undefined) return undefined;
  if (typeof offset !== "number" || !Array.isArray(shape)) return undefined;
  return { key, type: type.global, offset, shape: shape.map(Number) };
}

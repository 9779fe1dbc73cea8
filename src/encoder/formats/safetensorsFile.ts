import fs from "node:fs";

import { headerLength, isFloating, LENGTH_BYTES, readHeader, singlesOf, type StoredTensor, type Tensor } from "./safetensors.ts";

/** A safetensors file on the disk, whose tensors are read when they are asked for. */
export interface SafetensorsFile {
  readonly tensors: ReadonlyMap<string, StoredTensor>;
  /** A floating-point tensor as float32; its `data` is read anew at each use. Throws with the reason. */
  readonly floats: (name: string) => Tensor;
  /** A tensor of whole numbers. */
  readonly integers: (name: string) => Float64Array;
  readonly close: () => void;
}

/** Opens a file and checks its header. Throws with the reason. */
export function openSafetensors(path: string): SafetensorsFile {
  const file = fs.openSync(path, "r");
  try {
    const { size } = fs.fstatSync(file);
    const header = headerLength(readAt(file, 0, Math.min(size, LENGTH_BYTES)), size);
    const body = LENGTH_BYTES + header;
    const tensors = readHeader(readAt(file, LENGTH_BYTES, header), size - body);
    const bytesOf = ({ from, to }: StoredTensor): Uint8Array<ArrayBuffer> => readAt(file, body + from, to - from);
    const stored = (name: string): StoredTensor => {
      const found = tensors.get(name);
      if (found === undefined) throw new Error(`it has no ${name}`);
      return found;
    };
    return {
      tensors,
      floats: (name) => {
        const tensor = stored(name);
        if (!isFloating(tensor.type))
          throw new Error(`${name} is of the type ${tensor.type}: quantised weights are not read here`);
        const part = (from: number, to: number): Float32Array => {
          const values = singlesOf(tensor.type, readAt(file, body + from, to - from));
          if (!allFinite(values)) throw new Error(`${name} holds numbers that are none`);
          return values;
        };
        return {
          shape: tensor.shape,
          get data() {
            return part(tensor.from, tensor.to);
          },
          *pieces() {
            for (let from = tensor.from; from < tensor.to; from += PIECE_BYTES)
              yield part(from, Math.min(from + PIECE_BYTES, tensor.to));
          },
        };
      },
      integers: (name) => {
        const tensor = stored(name);
        const bytes = bytesOf(tensor);
        if (tensor.type === "I64") return Float64Array.from(new BigInt64Array(bytes.buffer), Number);
        if (tensor.type === "I32") return Float64Array.from(new Int32Array(bytes.buffer));
        throw new Error(`${name} is of the type ${tensor.type}, not of whole numbers`);
      },
      close: () => {
        fs.closeSync(file);
      },
    };
  } catch (error) {
    fs.closeSync(file);
    throw error;
  }
}

/** Read of a tensor at a time; numbers of every width go into it evenly. */
const PIECE_BYTES = 1 << 24;

/** A loop of our own, because there are hundreds of millions: what is no number stays none when multiplied by 0. */
function allFinite(values: Float32Array): boolean {
  let sum = 0;
  for (const value of values) sum += value * 0;
  return sum === 0;
}

/** One read may be shorter than asked for, and none takes 2 GB. */
const READ_BYTES = 1 << 30;

function readAt(file: number, position: number, length: number): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(length);
  for (let at = 0; at < length;) {
    const read = fs.readSync(file, bytes, at, Math.min(READ_BYTES, length - at), position + at);
    if (read === 0) throw new Error("it is cut");
    at += read;
  }
  return bytes;
}

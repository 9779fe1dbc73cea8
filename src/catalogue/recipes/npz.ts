import { unzipSync } from "fflate";

/** An array of numpy, row-major. */
export interface NumpyArray {
  readonly shape: readonly number[];
  readonly data: Float32Array | Float64Array | Uint8Array | Int8Array;
}

/** Element types as numpy writes them, little-endian. */
const TYPES = { "<f4": Float32Array, "<f8": Float64Array, "|u1": Uint8Array, "|i1": Int8Array } as const;

/** The arrays of an .npz file by name. Source of the format: numpy.lib.format, version 1. */
export function readNpz(file: Uint8Array): Map<string, NumpyArray> {
  const arrays = Object.entries(unzipSync(file)).map(([name, bytes]) => [name.replace(/\.npy$/, ""), readNpy(bytes)] as const);
  return new Map(arrays);
}

/** Where the header's text begins: after the magic bytes, the version and the header's own length. */
const HEADER = 10;

function readNpy(bytes: Uint8Array): NumpyArray {
  const length = new DataView(bytes.buffer, bytes.byteOffset).getUint16(HEADER - 2, true);
  const header = new TextDecoder().decode(bytes.subarray(HEADER, HEADER + length));
  const type = /'descr': '([^']+)'/.exec(header)?.[1] ?? "";
  const shape = /'shape': \(([^)]*)\)/.exec(header)?.[1];
  if (!isType(type) || shape === undefined || !header.includes("'fortran_order': False"))
    throw new Error(`an array of this kind is not read: ${header.trim()}`);
  // Copied, because a view must be aligned.
  const data = new TYPES[type](bytes.slice(HEADER + length).buffer);
  return {
    shape: shape
      .split(",")
      .filter((size) => size.trim() !== "")
      .map(Number),
    data,
  };
}

const isType = (type: string): type is keyof typeof TYPES => type in TYPES;

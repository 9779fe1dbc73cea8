import { singlesOfBrainHalves, singlesOfHalves } from "./halves.ts";

/** float32 values with their shape, row-major. */
export interface Tensor {
  readonly shape: readonly number[];
  /** May be read from the disk anew at each use: keep what is needed twice. */
  readonly data: Float32Array;
  /** The same in pieces, where it need not be in memory as a whole. */
  readonly pieces?: (() => Iterable<Float32Array>) | undefined;
}

/** A tensor as it lies in the file; offsets count from the end of the header. */
export interface StoredTensor {
  readonly type: string;
  readonly shape: readonly number[];
  readonly from: number;
  readonly to: number;
}

/** The reference implementation's own cap on the header. */
export const MAX_HEADER_BYTES = 100_000_000;
/** The length of the header, which stands before it. */
export const LENGTH_BYTES = 8;

/**
 * The floating-point tensors of a safetensors file in memory, as float32 (others are passed over). Throws with the reason
 * for a file that does not keep what the format promises, see {@link readHeader}.
 */
export function readSafetensors(file: Uint8Array): Map<string, Tensor> {
  const header = headerLength(file, file.length);
  const body = file.subarray(LENGTH_BYTES + header);
  const stored = readHeader(file.subarray(LENGTH_BYTES, LENGTH_BYTES + header), body.length);
  const tensors = new Map<string, Tensor>();
  for (const [name, { type, shape, from, to }] of stored)
    if (isFloating(type)) tensors.set(name, { shape, data: singlesOf(type, body.subarray(from, to)) });
  return tensors;
}

/** Bytes of the header, from the first eight of a file. */
export function headerLength(start: Uint8Array, fileBytes: number): number {
  if (fileBytes < LENGTH_BYTES) throw new Error("it is shorter than its own header");
  const bytes = new DataView(start.buffer, start.byteOffset).getBigUint64(0, true);
  if (bytes > BigInt(Math.min(MAX_HEADER_BYTES, fileBytes - LENGTH_BYTES)))
    throw new Error(`its header of ${String(bytes)} bytes does not fit`);
  return Number(bytes);
}

/**
 * What a header names, `bodyBytes` being what follows it. Checks what the format promises: known types, tensors as long as
 * type and shape say, one after the other without gap or overlap up to the file's end. Throws with the reason.
 * Source: https://github.com/huggingface/safetensors#format
 */
export function readHeader(header: Uint8Array, bodyBytes: number): Map<string, StoredTensor> {
  let json: unknown;
  try {
    json = JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(header));
  } catch {
    throw new Error("its header is no JSON");
  }
  if (typeof json !== "object" || json === null || Array.isArray(json)) throw new Error("its header is no object");
  const tensors = Object.entries(json)
    .filter(([name]) => name !== "__metadata__")
    .map(([name, entry]) => [name, storedTensor(name, entry)] as const);
  let end = 0;
  for (const [name, { from, to }] of [...tensors].sort(([, a], [, b]) => a.from - b.from || a.to - b.to)) {
    if (from < end) throw new Error(`${shown(name)} overlaps another tensor`);
    if (from > end) throw new Error(`there is a gap before ${shown(name)}`);
    if (to > bodyBytes) throw new Error(`${shown(name)} reaches beyond its end; the file is cut or wrong`);
    end = to;
  }
  if (end !== bodyBytes) throw new Error(`${String(bodyBytes - end)} bytes at its end belong to no tensor`);
  return new Map(tensors);
}

/** Types that are weights here. */
export const isFloating = (type: string): boolean => type === "F64" || type === "F32" || type === "F16" || type === "BF16";

/** Bytes of a floating-point tensor, at any alignment, as float32. */
export function singlesOf(type: string, bytes: Uint8Array): Float32Array {
  const width = WIDTHS[type]!;
  // Copied where the view is not aligned, as after a header of odd length; a Buffer's own slice would copy nothing.
  const { buffer, byteOffset } = bytes.byteOffset % width === 0 ? bytes : new Uint8Array(bytes);
  const count = bytes.length / width;
  switch (type) {
    case "F32":
      return new Float32Array(buffer, byteOffset, count);
    case "F64":
      return Float32Array.from(new Float64Array(buffer, byteOffset, count));
    case "F16":
      return singlesOfHalves(new Uint16Array(buffer, byteOffset, count));
    case "BF16":
      return singlesOfBrainHalves(new Uint16Array(buffer, byteOffset, count));
    default:
      throw new Error(`${type} is no type of weights`);
  }
}

/** Bytes of one number of a type. Types of less than a byte are of quantised weights, which are not read. */
const WIDTHS: Readonly<Record<string, number>> = {
  BOOL: 1,
  U8: 1,
  I8: 1,
  F8_E5M2: 1,
  F8_E4M3: 1,
  I16: 2,
  U16: 2,
  F16: 2,
  BF16: 2,
  I32: 4,
  U32: 4,
  F32: 4,
  I64: 8,
  U64: 8,
  F64: 8,
};

function storedTensor(name: string, entry: unknown): StoredTensor {
  const { dtype, shape, data_offsets: offsets } = (entry ?? {}) as Readonly<Record<string, unknown>>;
  if (!isSizes(shape) || !isSizes(offsets) || offsets.length !== 2) throw new Error(`${shown(name)} has no shape or place`);
  const width = typeof dtype === "string" ? WIDTHS[dtype] : undefined;
  if (typeof dtype !== "string" || width === undefined)
    throw new Error(`${shown(name)} is of the type ${shown(String(dtype))}, which is not read here`);
  const [from, to] = [offsets[0]!, offsets[1]!];
  const bytes = shape.reduce((product, size) => product * size, width);
  if (to - from !== bytes) throw new Error(`${shown(name)} is not as long as its shape says`);
  return { type: dtype, shape, from, to };
}

const isSizes = (value: unknown): value is number[] =>
  Array.isArray(value) && value.every((size) => Number.isSafeInteger(size) && size >= 0);

/** A name from a hostile file may be of any length. */
const shown = (name: string): string => name.slice(0, 120);

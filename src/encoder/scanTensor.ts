import { packedNumbers, readFields, textOf, type Field } from "./onnx/protobuf.ts";
import { INT64, printable, type ExternalBytes, type ScannedTensor } from "./scannedGraph.ts";

/** Largest size along one axis: a word table of a million rows; none that is known has a third of that. */
const LIMIT = 1n << 20n;
/** Tensors of encoders have four axes at most. */
export const MAX_AXES = 8;
/** Values are kept of shapes and axes, not of weights. */
const MAX_KEPT = 16;
/** Constants of positions have one number for each token that fits in. */
const MAX_READ = 1 << 17;

/**
 * The shape of a tensor of an ONNX file, which must be that of the bytes it holds: what is claimed and not there is how a small
 * file asks for much memory. Throws with the reason.
 */
export function scanTensor(tensor: Uint8Array): ScannedTensor & { readonly name: string } {
  const dims: bigint[] = [];
  let name = "";
  let type = 0;
  let raw: Uint8Array | undefined;
  let held = 0;
  const integers: bigint[] = [];
  const elsewhere = new Map<string, string>();
  let isElsewhere = false;
  for (const field of readFields(tensor)) {
    if (field.field === 1) dims.push(...packedNumbers(field));
    else if (field.field === 2 && field.kind === "number") type = Number(field.value);
    else if (field.field === 8 && field.kind === "bytes") name = textOf(field);
    else if (field.field === 9 && field.kind === "bytes") raw = field.bytes;
    else if (field.field in LEAST_BYTES) {
      held += field.kind === "number" ? 1 : Math.floor(field.bytes.length / LEAST_BYTES[field.field]!);
      if (field.field === INT64_DATA && held <= MAX_READ) integers.push(...packedNumbers(field));
    } else if (field.field === 13 && field.kind === "bytes") {
      const [key, value] = entryOf(field.bytes);
      if (elsewhere.has(key)) throw new Error(`${printable(name)} says its ${printable(key)} twice`);
      elsewhere.set(key, value);
    } else if (field.field === 14 && field.kind === "number") isElsewhere = field.value !== 0n;
  }
  if (dims.length > MAX_AXES) throw new Error(`${printable(name)} has ${dims.length} axes`);
  for (const size of dims) checkSize(name, size);
  const shape = dims.map(Number);
  const count = shape.reduce((product, size) => product * size, 1);
  const bits = ELEMENT_BITS[type];
  if (bits === undefined) throw new Error(`${printable(name)} is of the element type ${type}, which no weights are of`);
  if (isElsewhere) {
    if (raw !== undefined || held > 0) throw new Error(`${printable(name)} lies here and in another file`);
    // What decides how much memory is asked for must be seen; exporters put nothing small elsewhere.
    if (type === INT64 && count <= MAX_KEPT) throw new Error(`${printable(name)} is a shape that lies in another file`);
    return { name, dims: shape, type, external: externalOf(name, elsewhere, Math.ceil((count * bits) / 8)) };
  }
  if (elsewhere.size > 0) throw new Error(`${printable(name)} names another file and lies here`);
  const claimed = `${printable(name)} claims ${count.toLocaleString("en")} numbers`;
  if (raw !== undefined && raw.length !== Math.ceil((count * bits) / 8))
    throw new Error(`${claimed} and holds ${raw.length.toLocaleString("en")} bytes`);
  if (raw === undefined && held * (bits < 8 ? 8 / bits : 1) < count)
    throw new Error(`${claimed} and holds ${held.toLocaleString("en")}`);
  if (type !== INT64 || count === 0 || count > MAX_READ) return { name, dims: shape, type };
  const all = raw === undefined ? integers.map((value) => Number(BigInt.asIntN(64, value))) : int64s(raw);
  return { name, dims: shape, type, last: all.at(-1)!, ...(count > MAX_KEPT ? {} : { integers: all }) };
}

/** Throws for a size that no encoder has. `name` is whose size it is. */
export function checkSize(name: string, size: bigint): void {
  const signed = BigInt.asIntN(64, size);
  if (signed < 0n || signed > LIMIT) throw new Error(`a size of ${printable(name)} is ${signed}, not within 0 and ${LIMIT}`);
}

const INT64_DATA = 7;

/** Fields with numbers one by one, and the least bytes that one takes: float, int32, int64, double, uint64. */
const LEAST_BYTES: Readonly<Record<Field["field"], number>> = { 4: 4, 5: 1, [INT64_DATA]: 1, 10: 8, 11: 1 };

/** Bits of one element by ONNX's numbers of types; text (8) and complex numbers (14, 15) are no weights. */
const ELEMENT_BITS: Readonly<Record<number, number>> = {
  1: 32,
  2: 8,
  3: 8,
  4: 16,
  5: 16,
  6: 32,
  7: 64,
  9: 8,
  10: 16,
  11: 64,
  12: 32,
  13: 64,
  16: 16,
  17: 8,
  18: 8,
  19: 8,
  20: 8,
  21: 4,
  22: 4,
};

/** Key and value of an entry. */
function entryOf(message: Uint8Array): readonly [string, string] {
  const parts = ["", ""];
  for (const field of readFields(message))
    if ((field.field === 1 || field.field === 2) && field.kind === "bytes") parts[field.field - 1] = textOf(field);
  return [parts[0]!, parts[1]!];
}

/** Where a tensor lies: entries are text, and all but the location may be left out. */
function externalOf(name: string, entries: ReadonlyMap<string, string>, bytes: number): ExternalBytes {
  const count = (key: string, otherwise: number): number => {
    const text = entries.get(key);
    if (text === undefined) return otherwise;
    if (!/^\d{1,15}$/.test(text)) throw new Error(`the ${key} of ${printable(name)} is ${printable(text)}`);
    return Number(text);
  };
  for (const key of entries.keys())
    if (!EXTERNAL_KEYS.has(key)) throw new Error(`${printable(name)} has ${printable(key)} besides its place in another file`);
  const location = entries.get("location");
  if (location === undefined) throw new Error(`${printable(name)} lies in another file and does not say which`);
  const length = count("length", bytes);
  if (length !== bytes)
    throw new Error(
      `${printable(name)} claims ${bytes.toLocaleString("en")} bytes and has ${length.toLocaleString("en")} in another file`,
    );
  return { location, offset: count("offset", 0), bytes };
}

const EXTERNAL_KEYS = new Set(["location", "offset", "length", "checksum"]);

function int64s(raw: Uint8Array): number[] {
  const view = new DataView(raw.buffer, raw.byteOffset, raw.byteLength);
  return Array.from({ length: raw.length / 8 }, (_, at) => Number(view.getBigInt64(at * 8, true)));
}

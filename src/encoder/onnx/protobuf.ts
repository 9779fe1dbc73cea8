/** The little of Protocol Buffers' wire format that ONNX files need. */

const VARINT = 0;
const FIXED64 = 1;
const LENGTH = 2;
const FIXED32 = 5;

/** Bytes that are made when they are written, and not kept: weights may be larger than memory has room for twice. */
export interface LateBytes {
  readonly length: number;
  readonly pieces: () => Iterable<Uint8Array>;
}

/** Collects the fields of one message; nested messages and tensors are appended without being copied. */
export class MessageWriter {
  readonly #chunks: (Uint8Array | LateBytes)[] = [];
  #length = 0;

  varint(field: number, value: number | bigint): this {
    this.#push(encodeVarint(BigInt(field * 8 + VARINT)));
    this.#push(encodeVarint(BigInt.asUintN(64, BigInt(value))));
    return this;
  }

  float(field: number, value: number): this {
    this.#push(encodeVarint(BigInt(field * 8 + FIXED32)));
    const bytes = new Uint8Array(4);
    new DataView(bytes.buffer).setFloat32(0, value, true);
    this.#push(bytes);
    return this;
  }

  bytes(field: number, value: Uint8Array | LateBytes | string | MessageWriter): this {
    this.#push(encodeVarint(BigInt(field * 8 + LENGTH)));
    if (value instanceof MessageWriter) {
      this.#push(encodeVarint(BigInt(value.#length)));
      for (const chunk of value.#chunks) this.#push(chunk);
    } else {
      const bytes = typeof value === "string" ? new TextEncoder().encode(value) : value;
      this.#push(encodeVarint(BigInt(bytes.length)));
      this.#push(bytes);
    }
    return this;
  }

  get length(): number {
    return this.#length;
  }

  /** The message, piece by piece. */
  *pieces(): Generator<Uint8Array> {
    for (const chunk of this.#chunks)
      if ("pieces" in chunk) yield* whole(chunk);
      else yield chunk;
  }

  finish(): Uint8Array {
    const out = new Uint8Array(this.#length);
    let at = 0;
    for (const piece of this.pieces()) {
      out.set(piece, at);
      at += piece.length;
    }
    return out;
  }

  #push(chunk: Uint8Array | LateBytes): void {
    this.#chunks.push(chunk);
    this.#length += chunk.length;
  }
}

/** Throws if there are more or fewer bytes than were announced: what follows them would be read as something else. */
function* whole({ length, pieces }: LateBytes): Generator<Uint8Array> {
  let left = length;
  for (const piece of pieces()) {
    left -= piece.length;
    yield piece;
  }
  if (left !== 0) throw new Error("a tensor is not as long as it was said to be");
}

function encodeVarint(value: bigint): Uint8Array {
  const bytes: number[] = [];
  let rest = value;
  do {
    const low = Number(rest & 127n);
    rest >>= 7n;
    bytes.push(rest === 0n ? low : low | 128);
  } while (rest !== 0n);
  return Uint8Array.from(bytes);
}

/** One field as it lies in the bytes: a number (as unsigned 64 bits) or a view of its bytes. */
export type Field =
  | { readonly field: number; readonly kind: "number"; readonly value: bigint }
  | { readonly field: number; readonly kind: "bytes"; readonly bytes: Uint8Array };

/** Fields of a message in order, without copying. Throws on anything that is cut or malformed. */
export function* readFields(message: Uint8Array): Generator<Field> {
  const view = new DataView(message.buffer, message.byteOffset, message.byteLength);
  let at = 0;
  const varint = (): bigint => {
    let value = 0n;
    for (let shift = 0n; shift < 70n; shift += 7n) {
      const byte = message[at++];
      if (byte === undefined) throw new Error("cut inside a number");
      value |= BigInt(byte & 127) << shift;
      if (byte < 128) return BigInt.asUintN(64, value);
    }
    throw new Error("a number of more than 64 bits");
  };
  const take = (count: number): Uint8Array => {
    if (at + count > message.length) throw new Error("cut inside a field");
    at += count;
    return message.subarray(at - count, at);
  };
  while (at < message.length) {
    const key = varint();
    const field = Number(key >> 3n);
    const wire = Number(key & 7n);
    if (field === 0) throw new Error("field number 0");
    if (wire === VARINT) yield { field, kind: "number", value: varint() };
    else if (wire === LENGTH) yield { field, kind: "bytes", bytes: take(Number(varint())) };
    else if (wire === FIXED32) {
      take(4);
      yield { field, kind: "number", value: BigInt(view.getUint32(at - 4, true)) };
    } else if (wire === FIXED64) {
      take(8);
      yield { field, kind: "number", value: view.getBigUint64(at - 8, true) };
    } else throw new Error(`wire type ${wire}`);
  }
}

/** The bytes of a field: a message, a text, a tensor. Throws where it is a number. */
export function bytesOf({ field, ...content }: Field): Uint8Array {
  if (content.kind !== "bytes") throw new Error(`its field ${field} is a number, and should be none`);
  return content.bytes;
}

export const textOf = (field: Field): string => new TextDecoder().decode(bytesOf(field));

/** The numbers of a field that may be packed (bytes) or not. */
export function* packedNumbers(field: Field): Generator<bigint> {
  if (field.kind === "number") {
    yield field.value;
    return;
  }
  let value = 0n;
  let shift = 0n;
  for (const byte of field.bytes) {
    value |= BigInt(byte & 127) << shift;
    shift += 7n;
    if (byte < 128) {
      yield BigInt.asUintN(64, value);
      value = 0n;
      shift = 0n;
    } else if (shift > 70n) throw new Error("a number of more than 64 bits");
  }
  if (shift !== 0n) throw new Error("cut inside a number");
}

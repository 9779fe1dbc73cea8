import assert from "node:assert/strict";
import { test } from "node:test";

import { halfBits, singleOfHalf, singlesOfBrainHalves } from "../../src/encoder/formats/halves.ts";
import { readSafetensors } from "../../src/encoder/formats/safetensors.ts";
import { safetensorsBytes } from "../engine/safetensorsBytes.ts";

/** A file of any header, with so many bytes after it. */
const file = (header: string | object, bodyBytes: number, length?: bigint): Uint8Array =>
  safetensorsBytes(header, new Uint8Array(bodyBytes), length);

const entry = (from: number, to: number, dtype = "F32", shape = [(to - from) / 4]): object => ({
  dtype,
  shape,
  data_offsets: [from, to],
});

test("headers that lie are refused, each with its reason", () => {
  const lies: readonly (readonly [Uint8Array, RegExp])[] = [
    [new Uint8Array(5), /shorter than its own header/],
    [file({ a: entry(0, 8) }, 8, 10_000n), /header of 10000 bytes does not fit/],
    [file({ a: entry(0, 8) }, 8, 2n ** 63n), /header of 9223372036854775808 bytes does not fit/],
    [file("{", 8), /no JSON/],
    [file("[]", 8), /no object/],
    [file({ a: null }, 8), /a has no shape or place/],
    [file({ a: { dtype: "F32", shape: [-2], data_offsets: [0, 8] } }, 8), /a has no shape or place/],
    [file({ a: { dtype: "F32", shape: [2], data_offsets: [0, 8.5] } }, 8), /a has no shape or place/],
    [file({ a: entry(0, 8, "F4") }, 8), /a is of the type F4, which is not read here/],
    [file({ a: entry(0, 8, "F32", [3]) }, 8), /a is not as long as its shape says/],
    [file({ a: entry(0, 8, "F32", [2 ** 40, 2 ** 40]) }, 8), /a is not as long as its shape says/],
    [file({ a: entry(0, 8), b: entry(4, 12) }, 12), /b overlaps another tensor/],
    [file({ a: entry(0, 8), b: entry(12, 16) }, 16), /there is a gap before b/],
    [file({ a: entry(0, 16) }, 8), /a reaches beyond its end; the file is cut or wrong/],
    [file({ a: entry(0, 8) }, 12), /4 bytes at its end belong to no tensor/],
  ];
  for (const [bytes, reason] of lies) assert.throws(() => readSafetensors(bytes), reason);
});

test("all floating-point types become single precision, wherever they lie; others are passed over", () => {
  const header = {
    __metadata__: { format: "pt" },
    half: { dtype: "F16", shape: [3], data_offsets: [0, 6] },
    brain: { dtype: "BF16", shape: [1, 2], data_offsets: [6, 10] },
    ids: { dtype: "I64", shape: [1], data_offsets: [10, 18] },
    single: { dtype: "F32", shape: [], data_offsets: [18, 22] },
    double: { dtype: "F64", shape: [1], data_offsets: [22, 30] },
    none: { dtype: "F32", shape: [0, 5], data_offsets: [30, 30] },
  };
  const bytes = file(header, 30);
  const body = bytes.subarray(bytes.length - 30);
  const view = new DataView(body.buffer, body.byteOffset);
  [1.5, -(2 ** -24), 65_504].forEach((value, at) => {
    view.setUint16(2 * at, halfBits(value), true);
  });
  view.setUint16(6, 0x3f80, true);
  view.setUint16(8, 0xc000, true);
  view.setFloat32(18, 0.1, true);
  view.setFloat64(22, 0.1, true);
  // Of a Buffer, and from an odd place in memory.
  const tensors = readSafetensors(Buffer.concat([Buffer.alloc(1), bytes]).subarray(1));
  assert.deepEqual([...tensors.keys()], ["half", "brain", "single", "double", "none"]);
  assert.deepEqual([...tensors.get("half")!.data], [1.5, -(2 ** -24), 65_504]);
  assert.deepEqual([...tensors.get("brain")!.data], [1, -2]);
  assert.deepEqual([...tensors.get("single")!.data], [Math.fround(0.1)]);
  assert.deepEqual([...tensors.get("double")!.data], [Math.fround(0.1)]);
  assert.deepEqual(tensors.get("none")!.shape, [0, 5]);
});

test("halves are IEEE 754's: there and back, and nearest with ties to even", () => {
  const theirs = new Float16Array(new Uint16Array(1 << 16).map((_, bits) => bits).buffer);
  const one = new Uint16Array(1);
  const asHalf = (value: number): number => {
    new Float16Array(one.buffer)[0] = value;
    return one[0]!;
  };
  for (let bits = 0; bits < 1 << 16; bits++) {
    assert.ok(Object.is(singleOfHalf(bits), theirs[bits]), `bits ${bits}`);
    if (Number.isNaN(theirs[bits])) continue;
    assert.equal(halfBits(theirs[bits]!), bits);
    const between = (theirs[bits]! + theirs[Math.min(bits + 1, 0xffff)]!) / 2;
    for (const value of [between, between * (1 + 1e-12), between * (1 - 1e-12)])
      if (Number.isFinite(value)) assert.equal(halfBits(value), asHalf(value), `${value}`);
  }
  assert.deepEqual([...singlesOfBrainHalves(Uint16Array.of(0x7f80, 0x0001, 0x4049))], [Infinity, 2 ** -133, 3.140625]);
});

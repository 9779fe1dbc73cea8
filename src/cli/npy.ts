import fs from "node:fs";

import type { Rows } from "../core/measures/cka.ts";
import { unreadable } from "../protocol/errors.ts";

/**
 * Reads a two-dimensional NumPy array of floats (f2, f4, f8; C or Fortran order; versions 1 to 3).
 * Format: https://numpy.org/doc/stable/reference/generated/numpy.lib.format.html
 */
export function readNpy(file: string): Rows {
  const fail = (reason: string): never => {
    throw unreadable(file, reason);
  };
  const bytes = fs.existsSync(file) ? fs.readFileSync(file) : fail("there is no such file");
  if (bytes.length < 12 || bytes.toString("latin1", 0, 6) !== "\u0093NUMPY") fail("it is no .npy file");
  const wide = bytes[6]! >= 2;
  const start = wide ? 12 : 10;
  const end = start + (wide ? bytes.readUInt32LE(8) : bytes.readUInt16LE(8));
  if (end > bytes.length) fail("it is cut inside its header");
  const header = bytes.toString("utf8", start, end);
  const type = /'descr':\s*'([<=|])f([248])'/.exec(header)?.[2] ?? fail("its values are no little-endian floats");
  const fortran = /'fortran_order':\s*True/.test(header);
  const shape = (/'shape':\s*\(([^)]*)\)/.exec(header)?.[1] ?? "")
    .split(",")
    .filter((size) => size.trim() !== "")
    .map(Number);
  if (shape.length !== 2 || shape.some((size) => !Number.isSafeInteger(size))) fail("it is not two-dimensional");
  const [n, d] = [shape[0]!, shape[1]!];
  const width = Number(type);
  if (bytes.length - end !== n * d * width) fail(`it does not hold ${n} × ${d} values`);
  const view = new DataView(bytes.buffer, bytes.byteOffset + end);
  const at = (index: number): number =>
    width === 8
      ? view.getFloat64(index * 8, true)
      : width === 4
        ? view.getFloat32(index * 4, true)
        : half(view.getUint16(index * 2, true));
  const data = new Float32Array(n * d);
  for (let row = 0; row < n; row++)
    for (let column = 0; column < d; column++) {
      const value = at(fortran ? column * n + row : row * d + column);
      if (!Number.isFinite(value)) fail(`row ${row} holds a value that is no number`);
      data[row * d + column] = value;
    }
  return { n, d, data };
}

/** IEEE 754 binary16. */
function half(bits: number): number {
  const sign = bits & 0x8000 ? -1 : 1;
  const exponent = (bits >> 10) & 31;
  const fraction = bits & 1023;
  if (exponent === 31) return NaN;
  return sign * (exponent === 0 ? fraction * 2 ** -24 : (1 + fraction / 1024) * 2 ** (exponent - 15));
}

/** How the numbers of weights become bytes of an ONNX file. */
import { halfBitsOf } from "../formats/halves.ts";
import type { Matrix } from "./matrix.ts";
import type { LateBytes } from "./protobuf.ts";

/** Inputs that share one scale in w8 and q4. */
export const BLOCK = 32;

export const bytesOf = ({ buffer, byteOffset, byteLength }: ArrayBufferView): Uint8Array =>
  new Uint8Array(buffer, byteOffset, byteLength);

/** The numbers of a matrix once the file is written: no sooner are they read from where they lie. */
export const late = (matrix: Matrix): LateBytes => ({
  length: matrix.rows * matrix.columns * Float32Array.BYTES_PER_ELEMENT,
  *pieces() {
    for (const piece of matrix.pieces?.() ?? [matrix.data]) yield bytesOf(piece);
  },
});

/** Late single precision as late half precision. */
export const halved = ({ length, pieces }: LateBytes): LateBytes => ({
  length: length / 2,
  *pieces() {
    for (const { buffer, byteOffset, byteLength } of pieces())
      yield bytesOf(halfBitsOf(new Float32Array(buffer, byteOffset, byteLength / Float32Array.BYTES_PER_ELEMENT)));
  },
});

/** Blocks of 16 bytes with columns (j, j + 16) in byte j → blocks with columns (2j, 2j + 1) in byte j, as MatMulNBits wants them. */
export function interleaved(nibbles: Uint8Array): Uint8Array {
  const half = BLOCK / 2;
  const out = new Uint8Array(nibbles.length);
  for (let block = 0; block < nibbles.length; block += half)
    for (let j = 0; j < half; j++) {
      // Columns below 16 lie in low halves, those above in high halves.
      const shift = 2 * j < half ? 0 : 4;
      const at = block + ((2 * j) % half);
      out[block + j] = ((nibbles[at]! >> shift) & 15) | (((nibbles[at + 1]! >> shift) & 15) << 4);
    }
  return out;
}

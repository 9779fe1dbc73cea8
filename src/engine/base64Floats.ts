/** Single-precision numbers as text that keeps every bit: base64 of their bytes. */
export const base64Of = ({ buffer, byteOffset, byteLength }: Float32Array): string =>
  Buffer.from(buffer, byteOffset, byteLength).toString("base64");

export function floatsOf(base64: string): Float32Array {
  // A buffer of Node's may lie anywhere in another one; numbers must lie at a multiple of their size.
  const bytes = Uint8Array.from(Buffer.from(base64, "base64"));
  return new Float32Array(bytes.buffer, 0, bytes.length >> 2);
}

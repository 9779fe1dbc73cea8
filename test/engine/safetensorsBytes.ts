/** A safetensors file with this header, true or not, and what stands before and behind it. */
export function safetensorsBytes(header: string | object, body: Uint8Array, length?: bigint): Buffer {
  const text = Buffer.from(typeof header === "string" ? header : JSON.stringify(header));
  const start = Buffer.alloc(8);
  start.writeBigUInt64LE(length ?? BigInt(text.length));
  return Buffer.concat([start, text, body]);
}

import type { ToPanel } from "./panel.ts";

/** Messages to the panel as JSON text, typed arrays as base64 of their bytes: a page that stands alone replays them. */
export function encodeReplay(messages: readonly ToPanel[], toBase64: (bytes: Uint8Array) => string): string {
  return JSON.stringify(messages, (_, value: unknown) => {
    if (!ArrayBuffer.isView(value)) return value;
    const kind = value instanceof Float32Array ? "f32" : value instanceof Uint32Array ? "u32" : "u8";
    return { [`$${kind}`]: toBase64(new Uint8Array(value.buffer, value.byteOffset, value.byteLength)) };
  });
}

/** The inverse of {@link encodeReplay}. */
export function decodeReplay(text: string, fromBase64: (base64: string) => Uint8Array<ArrayBuffer>): ToPanel[] {
  return JSON.parse(text, (_, value: unknown) => {
    if (typeof value !== "object" || value === null) return value;
    if ("$f32" in value) return new Float32Array(fromBase64(value.$f32 as string).buffer);
    if ("$u32" in value) return new Uint32Array(fromBase64(value.$u32 as string).buffer);
    if ("$u8" in value) return fromBase64(value.$u8 as string);
    return value;
  }) as ToPanel[];
}

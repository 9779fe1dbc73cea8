/** float32 values with their shape, row-major. */
export interface Tensor {
  readonly shape: readonly number[];
  readonly data: Float32Array;
}

/** The reference implementation's own cap on the header. */
const MAX_HEADER_BYTES = 100_000_000;

/**
 * The float32 and float16 tensors of a safetensors file (others are passed over). Checks what the format promises: header
 * within bounds, offsets within the file and as long as shape and type say. Throws with the reason.
 * Source of the format: https://github.com/huggingface/safetensors#format
 */
export function readSafetensors(file: Uint8Array): Map<string, Tensor> {
  if (file.length < 8) throw new Error("shorter than its own header");
  const headerBytes = Number(new DataView(file.buffer, file.byteOffset).getBigUint64(0, true));
  if (headerBytes > MAX_HEADER_BYTES || 8 + headerBytes > file.length) throw new Error("its header does not fit");
  const header: unknown = JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(file.subarray(8, 8 + headerBytes)));
  if (typeof header !== "object" || header === null) throw new Error("its header is no object");
  const data = file.subarray(8 + headerBytes);
  const tensors = new Map<string, Tensor>();
  for (const [name, entry] of Object.entries(header)) {
    if (name === "__metadata__") continue;
    const { dtype, shape, data_offsets: offsets } = entry as { dtype?: unknown; shape?: unknown; data_offsets?: unknown };
    if (!isSizes(shape) || !isSizes(offsets) || offsets.length !== 2) throw new Error(`${name} has no shape or place`);
    if (dtype !== "F32" && dtype !== "F16") continue;
    const [from, to] = [offsets[0]!, offsets[1]!];
    const count = shape.reduce((product, size) => product * size, 1);
    if (from > to || to > data.length || to - from !== count * (dtype === "F32" ? 4 : 2))
      throw new Error(`${name} is not where it should be`);
    // Copied, because a view must be aligned and the header is of any length.
    const bytes = data.slice(from, to).buffer;
    tensors.set(name, { shape, data: dtype === "F32" ? new Float32Array(bytes) : Float32Array.from(new Float16Array(bytes)) });
  }
  return tensors;
}

const isSizes = (value: unknown): value is number[] =>
  Array.isArray(value) && value.every((size) => Number.isSafeInteger(size) && size >= 0);

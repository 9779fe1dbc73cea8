import { MessageWriter, type LateBytes } from "./protobuf.ts";

/** A constant of a graph: its name, type and shape (made anew at each use), and its numbers. */
export interface Initializer {
  readonly head: () => MessageWriter;
  readonly data: Uint8Array | LateBytes;
}

/** Smaller tensors stay in the model file, where shapes must be seen. */
const LEAST_BYTES = 1024;

/** Offsets are multiples of a page, so that the runtime can map the file into memory. */
const PAGE_BYTES = 4096;

/**
 * Initializers whose numbers lie in a file of their own, and that file. Source:
 * https://github.com/onnx/onnx/blob/main/docs/ExternalData.md
 */
export function placedApart(
  initializers: readonly Initializer[],
  file: string,
): { readonly initializers: readonly MessageWriter[]; readonly weights: LateBytes } {
  const moved: (Uint8Array | LateBytes)[] = [];
  let end = 0;
  const placed = initializers.map(({ head, data }) => {
    if (data.length < LEAST_BYTES) return head().bytes(9, data);
    const offset = end;
    moved.push(data);
    end += Math.ceil(data.length / PAGE_BYTES) * PAGE_BYTES;
    const tensor = head();
    for (const [key, value] of Object.entries({ location: file, offset, length: data.length }))
      tensor.bytes(13, new MessageWriter().bytes(1, key).bytes(2, String(value)));
    return tensor.varint(14, ELSEWHERE);
  });
  const weights = {
    length: end,
    *pieces() {
      for (const data of moved) {
        if ("pieces" in data) yield* data.pieces();
        else yield data;
        yield new Uint8Array((PAGE_BYTES - (data.length % PAGE_BYTES)) % PAGE_BYTES);
      }
    },
  };
  return { initializers: placed, weights };
}

/** The data_location of a tensor that lies in another file. */
const ELSEWHERE = 1;

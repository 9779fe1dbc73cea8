/** In which block of the store, and where in it, each text's vector is: eight bytes a text. */
export interface RowPlaces {
  put(block: number, texts: Int32Array): void;
  of(text: number): readonly [block: number, row: number] | undefined;
}

export function createRowPlaces(): RowPlaces {
  /** Blocks are counted from 1. */
  let blocks = new Int32Array(1024);
  let rows = new Int32Array(1024);
  return {
    put: (block, texts) => {
      const length = texts.reduce((most, text) => Math.max(most, text + 1), 0);
      if (length > blocks.length) [blocks, rows] = [larger(blocks, length), larger(rows, length)];
      texts.forEach((text, row) => {
        blocks[text] = block;
        rows[text] = row;
      });
    },
    of: (text) => {
      const block = blocks[text] ?? 0;
      return block === 0 ? undefined : [block, rows[text]!];
    },
  };
}

function larger(array: Int32Array<ArrayBuffer>, length: number): Int32Array<ArrayBuffer> {
  const grown = new Int32Array(length + (length >> 2));
  grown.set(array);
  return grown;
}

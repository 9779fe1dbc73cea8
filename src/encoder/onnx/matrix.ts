/** A row-major matrix [rows, columns]. */
export interface Matrix {
  readonly rows: number;
  readonly columns: number;
  /** May be read from the disk anew at each use. */
  readonly data: Float32Array;
  /** The same in pieces, where it need not be in memory as a whole. */
  readonly pieces?: (() => Iterable<Float32Array>) | undefined;
}

/**
 * A matrix [rows, columns] in blocks of 32 columns, as a publisher quantised it: (nibble - 8) · scale. Byte j of a block's 16
 * holds its column j in the low half and its column j + 16 in the high half.
 */
export interface FourBitMatrix {
  readonly rows: number;
  readonly columns: number;
  /** [rows, columns / 32], the bits of half precision. */
  readonly scales: Uint16Array;
  /** [rows, columns / 32, 16] */
  readonly nibbles: Uint8Array;
}

import { evenRound, halfBits, singleOfHalf } from "../formats/halves.ts";
import type { Matrix } from "./matrix.ts";

/** Largest int8 in use: -128 is left out, so that the range is symmetric. */
const LIMIT = 127;

/** [rows, columns] → [columns, rows], when its numbers are asked for. */
export function transpose(matrix: Matrix): Matrix {
  const { rows, columns } = matrix;
  return {
    rows: columns,
    columns: rows,
    get data() {
      const { data } = matrix;
      const out = new Float32Array(data.length);
      for (let row = 0; row < rows; row++)
        for (let column = 0; column < columns; column++) out[column * rows + row] = data[row * columns + column]!;
      return out;
    },
  };
}

/** One half-precision scale (its bits) for every `block` rows of a column. values [rows, columns], scales [rows / block, columns]. */
export function blockQuantise({ rows, columns, data }: Matrix, block: number): { values: Int8Array; scales: Uint16Array } {
  const values = new Int8Array(data.length);
  const scales = new Uint16Array((rows / block) * columns);
  for (let first = 0, at = 0; first < rows; first += block)
    for (let column = 0; column < columns; column++, at++) {
      let largest = 1e-7;
      for (let row = first; row < first + block; row++) largest = Math.max(largest, Math.abs(data[row * columns + column]!));
      scales[at] = halfBits(largest / LIMIT);
      const scale = singleOfHalf(scales[at]!);
      for (let row = first; row < first + block; row++)
        values[row * columns + column] = round(data[row * columns + column]! / scale);
    }
  return { values, scales };
}

/** One scale for every column. */
export function columnQuantise({ rows, columns, data }: Matrix): { values: Int8Array; scales: Float32Array } {
  const values = new Int8Array(data.length);
  const scales = new Float32Array(columns).fill(1e-12);
  for (let row = 0; row < rows; row++)
    for (let column = 0; column < columns; column++)
      scales[column] = Math.max(scales[column]!, Math.abs(data[row * columns + column]!));
  for (let column = 0; column < columns; column++) scales[column] = scales[column]! / LIMIT;
  for (let row = 0; row < rows; row++)
    for (let column = 0; column < columns; column++)
      values[row * columns + column] = round(data[row * columns + column]! / scales[column]!);
  return { values, scales };
}

/** One scale for every row, rounded to half precision if it will be stored so. */
export function rowQuantise(
  { rows, columns, data }: Matrix,
  store: "single" | "half" = "single",
): { values: Int8Array; scales: Float32Array } {
  const values = new Int8Array(data.length);
  const scales = new Float32Array(rows);
  for (let row = 0; row < rows; row++) {
    let largest = store === "half" ? 1e-7 : 1e-12;
    for (let at = row * columns; at < (row + 1) * columns; at++) largest = Math.max(largest, Math.abs(data[at]!));
    scales[row] = store === "half" ? singleOfHalf(halfBits(largest / LIMIT)) : largest / LIMIT;
    for (let at = row * columns; at < (row + 1) * columns; at++) values[at] = round(data[at]! / scales[row]!);
  }
  return { values, scales };
}

/** Within ±127. */
const round = (value: number): number => Math.max(-LIMIT, Math.min(LIMIT, evenRound(value)));

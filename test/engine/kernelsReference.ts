/** What the kernels are measured by: plain loops in double precision. */
import assert from "node:assert/strict";
import fs from "node:fs";
import os from "node:os";
import path from "node:path";
import { after } from "node:test";

import { writeKernels } from "../../scripts/kernels.ts";
import { seededRandom } from "../../src/core/base/random.ts";
import { createKernels } from "../../src/engine/kernels/kernels.ts";
import type { Scored } from "../../src/engine/kernels/vectorMatrix.ts";

export const folder = fs.mkdtempSync(path.join(os.tmpdir(), "kernels-"));
after(() => {
  fs.rmSync(folder, { recursive: true, force: true });
});
writeKernels(folder);
export const kernels = createKernels(folder);

/** Single precision in sums of some hundred products. */
export const TOLERANCE = 1e-5;

export function unitRows(n: number, d: number, seed: number): Float32Array {
  const random = seededRandom(seed);
  const rows = Float32Array.from({ length: n * d }, () => random() - 0.5);
  normalise(rows, d);
  return rows;
}

export function normalise(rows: Float32Array, d: number): void {
  for (let row = 0; row < rows.length; row += d) {
    const norm = Math.hypot(...rows.subarray(row, row + d));
    for (let at = row; at < row + d; at++) rows[at]! /= norm;
  }
}

export const range = (n: number, from = 0, step = 1): Int32Array =>
  Int32Array.from({ length: n }, (_, index) => from + index * step);

export function dot(x: Float32Array, a: number, y: Float32Array, b: number, d: number): number {
  let sum = 0;
  for (let k = 0; k < d; k++) sum += x[a * d + k]! * y[b * d + k]!;
  return sum;
}

/** The k best, ties by lower id. */
export function plainTopK(
  ids: Int32Array,
  rows: Float32Array,
  query: Float32Array,
  k: number,
  allowed: (id: number) => boolean = () => true,
): Scored[] {
  return [...ids]
    .map((id, row) => ({ id, score: dot(rows, row, query, 0, query.length) }))
    .filter(({ id }) => allowed(id))
    .sort((a, b) => b.score - a.score || a.id - b.id)
    .slice(0, k);
}

export function assertSame(found: readonly Scored[], expected: readonly Scored[]): void {
  assert.deepEqual(
    found.map(({ id }) => id),
    expected.map(({ id }) => id),
  );
  found.forEach(({ score }, at) => {
    assert.ok(Math.abs(score - expected[at]!.score) < TOLERANCE, `${score} for ${expected[at]!.score}`);
  });
}

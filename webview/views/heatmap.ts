import { condensedIndex } from "../../src/core/similarity/condensed.ts";
import type { Cell } from "../state.ts";
import { at, css, type Rgb, type Theme } from "./colour.ts";

/** What a heatmap shows: a value 0 … 1 for a pair of segments, or undefined where a segment has no vector. */
export type CellValue = (i: number, j: number) => number | undefined;

/**
 * One pixel per cell, scaled by the browser without smoothing: the same cost for 2 and 2,000 segments. A pair without a value
 * is left clear, and the hatched ground shows through.
 */
export function drawHeatmap(
  canvas: HTMLCanvasElement,
  order: readonly number[],
  value: CellValue,
  ramp: readonly Rgb[],
  theme: Theme,
): void {
  const n = order.length;
  canvas.width = n;
  canvas.height = n;
  const context = canvas.getContext("2d");
  if (context === null || n === 0) return;
  const image = context.createImageData(n, n);
  const put = (row: number, column: number, [r, g, b]: Rgb): void => {
    const pixel = (row * n + column) * 4;
    image.data[pixel] = r;
    image.data[pixel + 1] = g;
    image.data[pixel + 2] = b;
    image.data[pixel + 3] = 255;
  };
  for (let row = 0; row < n; row++)
    for (let column = row; column < n; column++) {
      if (row === column) {
        put(row, row, theme.mute);
        continue;
      }
      const shown = value(order[row]!, order[column]!);
      if (shown === undefined) continue;
      put(row, column, at(ramp, shown));
      put(column, row, at(ramp, shown));
    }
  context.putImageData(image, 0, 0);
}

/** The crosshair over a heatmap: a frame around row and column, a stronger one around the cell. */
export function drawCrosshair(canvas: HTMLCanvasElement, order: readonly number[], cell: Cell | null, segment: number): void {
  const size = Math.round(canvas.clientWidth * devicePixelRatio);
  canvas.width = size;
  canvas.height = size;
  const context = canvas.getContext("2d");
  if (context === null || order.length === 0) return;
  const step = size / order.length;
  context.strokeStyle = getComputedStyle(canvas).color;
  const band = (row: number, column: number, width: number, height: number, thickness: number): void => {
    context.lineWidth = thickness * devicePixelRatio;
    const inset = context.lineWidth / 2;
    context.strokeRect(
      column * step + inset,
      row * step + inset,
      Math.max(2, width * step) - 2 * inset,
      Math.max(2, height * step) - 2 * inset,
    );
  };
  const chosen = order.indexOf(segment);
  if (chosen >= 0) band(chosen, 0, order.length, 1, 1);
  if (cell === null) return;
  const [row, column] = [order.indexOf(cell.i), order.indexOf(cell.j)];
  context.globalAlpha = 0.5;
  band(row, 0, order.length, 1, 1);
  band(0, column, 1, order.length, 1);
  context.globalAlpha = 1;
  band(row, column, 1, 1, 2);
}

/** The cell under a pointer at x, y of a square of `size` pixels. */
export function hitTest(x: number, y: number, size: number, order: readonly number[]): Cell | null {
  const n = order.length;
  const [row, column] = [Math.floor((y / size) * n), Math.floor((x / size) * n)];
  const [i, j] = [order[row], order[column]];
  return i === undefined || j === undefined ? null : { i, j };
}

/** Histogram over the ramp it is coloured by. */
export function drawLegend(
  canvas: HTMLCanvasElement,
  counts: Uint32Array,
  ramp: readonly Rgb[],
  bar: string,
  colourAt: (bin: number) => number,
): void {
  const width = Math.round(canvas.clientWidth * devicePixelRatio);
  const height = Math.round(canvas.clientHeight * devicePixelRatio);
  canvas.width = width;
  canvas.height = height;
  const context = canvas.getContext("2d");
  if (context === null) return;
  const most = Math.max(1, ...counts);
  const step = width / counts.length;
  const rampHeight = Math.round(5 * devicePixelRatio);
  const room = height - rampHeight - 2;
  counts.forEach((count, bin) => {
    const tall = Math.round((count / most) * room);
    context.fillStyle = bar;
    context.fillRect(Math.floor(bin * step), room - tall, Math.max(1, Math.floor(step) - 1), tall);
    context.fillStyle = css(at(ramp, colourAt(bin)));
    context.fillRect(Math.floor(bin * step), height - rampHeight, Math.ceil(step) + 1, rampHeight);
  });
}

/** Value of a pair in a condensed matrix. */
export const pairValue = (condensed: Float32Array, n: number, i: number, j: number): number =>
  condensed[condensedIndex(n, i, j)]!;

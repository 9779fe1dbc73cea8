import { interpolateYlGnBu } from "d3-scale-chromatic";

/** Red, green, blue, 0 … 255. */
export type Rgb = readonly [number, number, number];

export interface Theme {
  readonly dark: boolean;
  readonly background: Rgb;
  /** The diagonal and whatever says nothing. */
  readonly mute: Rgb;
}

/** The theme as the page wears it now. */
export function currentTheme(): Theme {
  const style = getComputedStyle(document.body);
  const background = parse(style.backgroundColor) ?? [31, 31, 31];
  const dark = luminance(background) < 0.4;
  const grey = dark ? 70 : 200;
  return { dark, background, mute: [grey, grey, grey] };
}

const STEPS = 256;

/** Similarity 0 … 1 to colour: more similar is always farther from the background. */
export const similarityRamp = ({ dark }: Theme): readonly Rgb[] =>
  ramp((t) => parse(interpolateYlGnBu(dark ? 1 - t : t)) ?? [0, 0, 0]);

/** Differences -1 … 1 (as 0 … 1): orange, the background, blue. */
export function differenceRamp({ dark, background }: Theme): readonly Rgb[] {
  const low: Rgb = dark ? [255, 170, 80] : [170, 80, 0];
  const high: Rgb = dark ? [90, 180, 255] : [0, 80, 170];
  return ramp((t) => mix(background, t < 0.5 ? low : high, Math.sqrt(Math.abs(t - 0.5) * 2)));
}

/** The colour at 0 … 1. */
export const at = (colours: readonly Rgb[], t: number): Rgb =>
  colours[Math.max(0, Math.min(STEPS - 1, Math.round(t * (STEPS - 1))))]!;

/** Black or white, whichever reads better. */
export const textOn = (colour: Rgb): string => (luminance(colour) > 0.18 ? "#000" : "#fff");

export const css = ([r, g, b]: Rgb): string => `rgb(${r} ${g} ${b})`;

const ramp = (colour: (t: number) => Rgb): readonly Rgb[] =>
  Array.from({ length: STEPS }, (_, step) => colour(step / (STEPS - 1)));

function mix(from: Rgb, to: Rgb, share: number): Rgb {
  const channel = (c: 0 | 1 | 2): number => Math.round(from[c] + (to[c] - from[c]) * share);
  return [channel(0), channel(1), channel(2)];
}

function parse(colour: string): Rgb | undefined {
  const numbers = colour.match(/[\d.]+/g)?.map(Number);
  return numbers === undefined || numbers.length < 3 ? undefined : [numbers[0]!, numbers[1]!, numbers[2]!];
}

/** Relative luminance of WCAG 2. */
function luminance(colour: Rgb): number {
  const [r, g, b] = colour.map((value) => {
    const share = value / 255;
    return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * r! + 0.7152 * g! + 0.0722 * b!;
}

import type { Place, ScoreScale } from "../../src/protocol/neighboursPanel.ts";

const NUMBERS = new Intl.NumberFormat("en");

export const number = (n: number): string => NUMBERS.format(n);

/** 1 file, 2 files. */
export const count = (n: number, one: string, many = `${one}s`): string => `${number(n)} ${n === 1 ? one : many}`;

/** Where a text stands, as people write it. */
export const placeWords = ({ path, range }: Pick<Place, "path" | "range">): string => `${path}:${range.start.line + 1}`;

/** What a cosine must be held against. */
export const scaleWords = ({ p5, p95 }: ScoreScale): string => `random pairs ${signed(p5)} – ${signed(p95)}`;

/** Two decimals with a true minus sign, and no minus before zero. */
export const signed = (value: number): string =>
  value
    .toFixed(2)
    .replace(/^-0\.00$/, "0.00")
    .replace("-", "−");

/** What of an index was searched, in whole per cent; undefined when it was all of it. Never rounded up to all or down to nothing. */
export function partSearched({ done, total }: { readonly done: number; readonly total: number }): number | undefined {
  return done >= total ? undefined : Math.min(99, Math.max(done > 0 ? 1 : 0, Math.round((done / total) * 100)));
}

/** Skewness of the k-occurrence in words: up to half it is noise, above one a few segments are everybody's neighbour. */
export const hubWords = (skewness: number): string => (skewness < 0.5 ? "even" : skewness <= 1 ? "some hubs" : "strong hubs");

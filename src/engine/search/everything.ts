import { seededRandom, shuffled } from "../../core/base/random.ts";
import type { FoundText } from "../../protocol/workspace.ts";
import type { Catalogue } from "../store/catalogue.ts";

/** Told before each step of a work over the whole workspace. */
export type Steps = (done: number, total: number) => void;

/** All pairs of so many texts take some seconds; of more, that many are drawn. */
const MAX_TEXTS = 20_000;

/** The present texts, or a sample of them that is the same each time, as an acceptance by text number. */
export function sampleOf(catalogue: Catalogue): { readonly accept: Uint8Array; readonly size: number } {
  const present = catalogue.presentTexts();
  const accept = new Uint8Array((present.at(-1) ?? -1) + 1);
  if (present.length <= MAX_TEXTS) for (const text of present) accept[text] = 1;
  else for (const at of shuffled(present.length, seededRandom(1)).subarray(0, MAX_TEXTS)) accept[present[at]!] = 1;
  return { accept, size: Math.min(present.length, MAX_TEXTS) };
}

export function described(catalogue: Catalogue, text: number): FoundText {
  const { text: whole, headerLength } = catalogue.textOf(text);
  return { text, places: catalogue.placesOf(text), content: whole.slice(headerLength) };
}

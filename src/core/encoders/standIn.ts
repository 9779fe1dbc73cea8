/** What commonly lies where a file of an encoder should be. */
export type StandIn = "pointer" | "page";

/** Enough of a file to tell. */
export const HEAD_BYTES = 100;

const POINTER = "version https://git-lfs.github.com/spec/";
const PAGE = /^\uFEFF?\s*<(!doctype|html|head|\?xml)/i;

/** @param head the first {@link HEAD_BYTES} of a file, or fewer, as text */
export function standInOf(head: string): StandIn | undefined {
  if (head.startsWith(POINTER)) return "pointer";
  return PAGE.test(head) ? "page" : undefined;
}

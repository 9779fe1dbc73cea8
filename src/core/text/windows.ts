/** Shortest a window may be, in UTF-16 units, unless the text is shorter. Two cuts are always further apart. */
export const MIN_WINDOW = 600;
/** Longest a window may be; some 600 tokens, a little more than the encoders read. */
export const MAX_WINDOW = 2400;

/** A piece of a text by offsets; `end` is exclusive. */
export interface Window {
  readonly start: number;
  readonly end: number;
}

/**
 * Cuts start … end into windows that touch each other. Where a cut falls depends on what stands around it, not on what stands
 * before: a line is cut before if it ranks above all others within {@link MIN_WINDOW} on both sides, by its place (after a
 * blank line, then any line, then the sentences and words of a long line) and then by a hash of it. So an edit moves cuts near
 * it only, and the other windows keep their text. Same idea as local-maximum chunking (Bjørner, Blass & Gurevich 2010,
 * "Content-dependent chunking for differential compression").
 */
export function windowSpans(text: string, start = 0, end = text.length): Window[] {
  if (start >= end) return [];
  const units = unitsOf(text, start, end);
  const cuts = localMaxima(units).filter((unit) => units.at[unit]! >= start + MIN_WINDOW && units.at[unit]! <= end - MIN_WINDOW);
  const windows: Window[] = [];
  let first = 0;
  for (const cut of [...cuts, units.at.length]) {
    windows.push(...shortened(units, first, cut, end));
    first = cut;
  }
  return windows;
}

/** Places at which a text may be cut, ascending, and how good each is. */
interface Units {
  readonly at: readonly number[];
  readonly rank: readonly number[];
}

/** A longer line may be cut inside. */
const LONG_LINE = 400;
/** Where a run of letters or of other characters is longer than this, there is no word to keep whole. */
const LONG_RUN = 128;

/** The better the place, the higher; a hash of 32 bits decides among equals. */
const PLACE = { inRun: 0, mute: 0, word: 1, sentence: 2, line: 3, paragraph: 4 };
const PLACE_WEIGHT = 2 ** 32;

function unitsOf(text: string, start: number, end: number): Units {
  const at: number[] = [];
  const rank: number[] = [];
  const add = (offset: number, place: number, hash: number): void => {
    at.push(offset);
    rank.push(place * PLACE_WEIGHT + hash);
  };
  let blankBefore = false;
  for (let from = start; from < end;) {
    const [lineEnd, next] = lineAt(text, from, end);
    const says = SAYS.test(text.slice(from, Math.min(lineEnd, from + LONG_LINE)));
    add(from, says ? (blankBefore ? PLACE.paragraph : PLACE.line) : PLACE.mute, hashOf(text, from, lineEnd));
    const long = lineEnd - from > LONG_LINE;
    if (long) addWords(text, from, lineEnd, add);
    blankBefore = !says && !long && text.slice(from, lineEnd).trim() === "";
    from = next;
  }
  return { at, rank };
}

const SAYS = /[\p{L}\p{N}]/u;
const LINE_END = /\r\n|\n|\r/g;

/** Where a line ends, and where the next one begins. */
function lineAt(text: string, from: number, end: number): readonly [number, number] {
  LINE_END.lastIndex = from;
  const found = LINE_END.exec(text);
  return found === null || found.index >= end ? [end, end] : [found.index, Math.min(end, LINE_END.lastIndex)];
}

/** A word with what follows it. With the u flag no character is torn. */
const WORD = /[\p{L}\p{M}\p{N}_$]*[^\p{L}\p{M}\p{N}_$]*/gu;
const ENDS_SENTENCE = /[.!?;{}。！？；]\s*$/;
/** Words come again and again: what follows tells one place from another. */
const WORD_HASHED = 32;

function addWords(text: string, from: number, end: number, add: (at: number, place: number, hash: number) => void): void {
  let before = "";
  const line = text.slice(from, end);
  for (const { index, 0: word } of line.matchAll(WORD)) {
    if (word === "") continue;
    const at = from + index;
    const place = before === "" ? undefined : ENDS_SENTENCE.test(before) ? PLACE.sentence : PLACE.word;
    if (place !== undefined) add(at, place, hashOf(text, at, Math.min(end, at + WORD_HASHED)));
    if (word.length > LONG_RUN) addPieces(text, at, at + word.length, add);
    before = word.slice(-8);
  }
}

/** Characters whose hash says whether a run may be cut behind them: on average one place in PIECE_ODDS. */
const PIECE_HASHED = 8;
const PIECE_ODDS = 32;
/** What repeats itself may have no such place: then there is one here. */
const LONGEST_PIECE = 256;

function addPieces(text: string, from: number, end: number, add: (at: number, place: number, hash: number) => void): void {
  let last = from;
  for (let at = from + PIECE_HASHED; at < end; at++) {
    if (isLowSurrogate(text, at)) continue;
    const hash = hashOf(text, at - PIECE_HASHED, at);
    if (hash % PIECE_ODDS !== 0 && at - last < LONGEST_PIECE) continue;
    add(at, PLACE.inRun, hashOf(text, at, Math.min(end, at + WORD_HASHED)));
    last = at;
  }
}

const isLowSurrogate = (text: string, at: number): boolean => (text.charCodeAt(at) & 0xfc00) === 0xdc00;

/** FNV-1a over UTF-16 units with the last mixing of MurmurHash3, so that every bit counts; 0 … 2³² - 1. */
function hashOf(text: string, from: number, end: number): number {
  let hash = 0x811c9dc5;
  for (let at = from; at < end; at++) hash = Math.imul(hash ^ text.charCodeAt(at), 0x01000193);
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  return (hash ^ (hash >>> 16)) >>> 0;
}

/** Units that rank above all others within MIN_WINDOW; of equals none. One pass with a falling stack. */
function localMaxima({ at, rank }: Units): number[] {
  const beaten = new Uint8Array(at.length);
  const falling: number[] = [];
  for (let unit = 0; unit < at.length; unit++) {
    while (falling.length > 0 && rank[falling.at(-1)!]! < rank[unit]!) {
      const lower = falling.pop()!;
      if (at[unit]! - at[lower]! <= MIN_WINDOW) beaten[lower] = 1;
    }
    const higher = falling.at(-1);
    if (higher !== undefined && at[unit]! - at[higher]! <= MIN_WINDOW) {
      beaten[unit] = 1;
      // Of equals neither stands out.
      if (rank[higher] === rank[unit]) beaten[higher] = 1;
    }
    falling.push(unit);
  }
  const maxima: number[] = [];
  for (let unit = 0; unit < at.length; unit++) if (beaten[unit] === 0) maxima.push(unit);
  return maxima;
}

/** The units first … next as windows none of which is too long, cut at the best place within each that is. */
function shortened(units: Units, first: number, next: number, textEnd: number): Window[] {
  const windows: Window[] = [];
  const pending = [[first, next]] as [number, number][];
  for (let range = pending.pop(); range !== undefined; range = pending.pop()) {
    const [from, to] = range;
    const start = units.at[from]!;
    const end = units.at[to] ?? textEnd;
    const cut = end - start > MAX_WINDOW ? bestBetween(units, from, to, start + MIN_WINDOW, end - MIN_WINDOW) : undefined;
    if (cut === undefined) windows.push({ start, end });
    else pending.push([cut, to], [from, cut]);
  }
  return windows;
}

/** The unit of highest rank that begins in low … high; of equals the one nearest to the middle, so that halves are alike. */
function bestBetween({ at, rank }: Units, from: number, to: number, low: number, high: number): number | undefined {
  const middle = (low + high) / 2;
  let best: number | undefined;
  for (let unit = from + 1; unit < to; unit++) {
    if (at[unit]! < low || at[unit]! > high) continue;
    if (
      best === undefined ||
      rank[unit]! > rank[best]! ||
      (rank[unit] === rank[best] && Math.abs(at[unit]! - middle) < Math.abs(at[best]! - middle))
    )
      best = unit;
  }
  return best;
}

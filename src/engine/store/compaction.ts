import type { BlockRow, WordsRow } from "./change.ts";
import type { IndexDatabase } from "./database.ts";
import type { FileTable } from "./fileTable.ts";
import { liveRows } from "./overlay.ts";
import type { Storage } from "./storage.ts";
import type { EncoderKey } from "./vectorStore.ts";

/** Dead texts are dropped when they are more than this share of all, and more than so many: else it is not worth it. */
const DEAD_SHARE = 0.3;
const DEAD_TEXTS = 2000;
/** Longest the engine is busy with it in one go; what is left is done the next time. */
const MAX_MS = 500;
/** Rows of a block that is written anew, as many as when they came. */
const BLOCK_ROWS = 128;
/** Blocks, and texts, of one transaction. */
const STEP_BLOCKS = 64;
const STEP_TEXTS = 5000;

/**
 * Drops texts that stand nowhere with their vectors, and gives their pages back to the disk. Texts go last: should it be
 * interrupted, some of them are without a vector, none has a wrong one. Tells whether vectors have moved.
 */
export function compactIndex(storage: Storage, table: FileTable): boolean {
  if (worthwhile(storage.overlay.texts.size, table) && storage.state.notice === undefined) dropFromMemory(storage, table);
  const inTime = clock(MAX_MS);
  let moved = false;
  storage.maintain((disk) => {
    // Numbers are given once, so there are no more texts than numbers: where even that is too few, none are counted.
    const all = worthwhile(disk.nextText(), table) ? disk.allTexts() : [];
    if (worthwhile(all.length, table)) {
      const dead = new Set(all.filter((text) => !table.isPresent(text)));
      const isLive = (text: number): boolean => !dead.has(text);
      moved = true;
      const done = dropVectors(disk, isLive, inTime) && dropWords(disk, isLive, inTime) && dropTexts(disk, [...dead], inTime);
      if (done) disk.purge();
    }
    while (inTime() && disk.shrink());
  });
  return moved;
}

const worthwhile = (total: number, { textCount }: FileTable): boolean => {
  const dead = total - textCount;
  return dead > DEAD_TEXTS && dead > DEAD_SHARE * total;
};

const clock = (ms: number): (() => boolean) => {
  const until = performance.now() + ms;
  return () => performance.now() < until;
};

function dropFromMemory({ overlay }: Storage, table: FileTable): void {
  const seqs = new Set(Array.from(table.files.values(), ({ seq }) => seq));
  overlay.drop((text) => table.isPresent(text), seqs);
}

/** Writes blocks that hold dead texts anew without them. Tells whether all is done. */
function dropVectors(disk: IndexDatabase, isLive: (text: number) => boolean, inTime: () => boolean): boolean {
  const old = disk.blockTexts().filter(({ texts }) => !texts.every(isLive));
  const byEncoder = Map.groupBy(old, ({ encoder }) => encoder.identity);
  for (const blocks of byEncoder.values())
    for (let from = 0; from < blocks.length; from += STEP_BLOCKS) {
      if (!inTime()) return false;
      const step = blocks.slice(from, from + STEP_BLOCKS);
      const live = step.flatMap(({ id, encoder }) => {
        const block = disk.block(id);
        // Damaged ones go too: their texts are encoded again.
        if (block?.vectors === undefined) return [];
        return liveRows({ encoder, texts: block.texts, vectors: block.vectors }, isLive);
      });
      disk.apply({ blocks: merged(step[0]!.encoder, live), dropBlocks: step.map(({ id }) => id) });
    }
  return true;
}

/** The same rows in blocks of the usual size. */
function merged(encoder: EncoderKey, blocks: readonly BlockRow[]): BlockRow[] {
  const { dimensions } = encoder;
  const texts = blocks.flatMap((block) => [...block.texts]);
  const vectors = new Float32Array(texts.length * dimensions);
  let at = 0;
  for (const block of blocks) {
    vectors.set(block.vectors, at);
    at += block.vectors.length;
  }
  const whole: BlockRow[] = [];
  for (let from = 0; from < texts.length; from += BLOCK_ROWS) {
    const rows = Int32Array.from(texts.slice(from, from + BLOCK_ROWS));
    whole.push({ encoder, texts: rows, vectors: vectors.subarray(from * dimensions, (from + rows.length) * dimensions) });
  }
  return whole;
}

function dropWords(disk: IndexDatabase, isLive: (text: number) => boolean, inTime: () => boolean): boolean {
  if (!inTime()) return false;
  const old = [...disk.wordsAfter(0)].filter(({ texts }) => !texts.every(isLive));
  if (old.length === 0) return true;
  const live = old.flatMap((row) => liveRecords(row, isLive));
  disk.apply({ words: joined(live), dropWords: old.map(({ id }) => id) });
  return true;
}

interface TextRecord {
  readonly text: number;
  readonly record: Uint8Array;
}

const liveRecords = ({ texts, ends, records }: WordsRow, isLive: (text: number) => boolean): TextRecord[] =>
  [...texts].flatMap((text, at) =>
    isLive(text) ? [{ text, record: records.subarray(at === 0 ? 0 : ends[at - 1]!, ends[at]) }] : [],
  );

function joined(live: readonly TextRecord[]): WordsRow {
  let end = 0;
  const ends = Uint32Array.from(live, ({ record }) => (end += record.length));
  const records = Buffer.concat(live.map(({ record }) => record));
  return { texts: Int32Array.from(live, ({ text }) => text), ends, records };
}

function dropTexts(disk: IndexDatabase, dead: readonly number[], inTime: () => boolean): boolean {
  for (let from = 0; from < dead.length; from += STEP_TEXTS) {
    if (!inTime()) return false;
    disk.dropTexts(dead.slice(from, from + STEP_TEXTS));
  }
  return true;
}

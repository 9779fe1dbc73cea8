import { rowBlocks } from "./rowBlocks.ts";

/** Which id stands in which row. Ids are nearly dense, so that a plain array finds a row. */
export interface RowIds {
  readonly bytes: number;
  /** The row of an id; NO_ROW for one that is known and has no row, undefined for an unknown one. */
  rowOf(id: number): number | undefined;
  idsOf(rows: Int32Array): Int32Array;
  /** Ids of all rows, block by block as the rows lie. */
  blocks(): readonly Int32Array[];
  /** The next rows are these ids'. */
  addRows(ids: Int32Array): void;
  addWithoutRow(id: number): void;
  /** Rows whose id is let through, ascending; without `accept` all. */
  accepted(accept: Uint8Array | undefined): Int32Array;
}

export const NO_ROW = -1;

/** In the array by id: 0 is unknown, so that fresh memory is right; else row + 1, or this. */
const WITHOUT = -1;
/** Growing by a share copies an entry some eight times in all. */
const GROWTH = 1.125;
const MIN_IDS = 1024;

export function rowIds(): RowIds {
  let byId = new Int32Array(0);
  const byRow = rowBlocks<Int32Array>((length) => new Int32Array(length), 1);

  const set = (id: number, entry: number): void => {
    if (!Number.isInteger(id) || id < 0) throw new RangeError(`${id} is no id`);
    if (id >= byId.length) {
      const grown = new Int32Array(Math.max(MIN_IDS, Math.ceil((id + 1) * GROWTH)));
      grown.set(byId);
      byId = grown;
    }
    if (byId[id] !== 0) throw new RangeError(`id ${id} is there already`);
    byId[id] = entry;
  };

  return {
    get bytes() {
      return byId.byteLength + byRow.bytes;
    },
    rowOf: (id) => {
      const entry = byId[id] ?? 0;
      if (entry === 0) return undefined;
      return entry === WITHOUT ? NO_ROW : entry - 1;
    },
    idsOf: (rows) => rows.map((row) => byRow.row(row)[0]!),
    blocks: () => byRow.blocks(),
    addRows: (added) => {
      let row = byRow.rows;
      for (const id of added) set(id, ++row);
      byRow.append(added);
    },
    addWithoutRow: (id) => {
      set(id, WITHOUT);
    },
    accepted: (accept) => {
      const rows = new Int32Array(byRow.rows);
      let row = 0;
      let kept = 0;
      for (const block of byRow.blocks())
        for (const id of block) {
          if (accept === undefined || accept[id] === 1) rows[kept++] = row;
          row++;
        }
      return rows.slice(0, kept);
    },
  };
}

/** Adds ids and hands on their rows, in stretches between rows of zeros, which get no row. */
export function appendRows(
  ids: RowIds,
  dimensions: number,
  added: Int32Array,
  values: Float32Array,
  append: (rows: Float32Array) => void,
): void {
  const add = (from: number, to: number): void => {
    if (from === to) return;
    ids.addRows(added.subarray(from, to));
    append(values.subarray(from * dimensions, to * dimensions));
  };
  let begun = 0;
  for (const [at, id] of added.entries()) {
    if (!isZero(values, at * dimensions, (at + 1) * dimensions)) continue;
    add(begun, at);
    ids.addWithoutRow(id);
    begun = at + 1;
  }
  add(begun, added.length);
}

function isZero(values: Float32Array, from: number, to: number): boolean {
  for (let at = from; at < to; at++) if (values[at] !== 0) return false;
  return true;
}

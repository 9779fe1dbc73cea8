export interface ChunkLimits {
  readonly items: number;
  /** Of all texts of a chunk together; a longer text is a chunk of its own. */
  readonly characters: number;
}

/** Cuts a list into runs that are not too long, in its order. */
export function chunks<T>(all: readonly T[], textOf: (item: T) => string, limits: ChunkLimits): T[][] {
  const out: T[][] = [];
  let characters = Infinity;
  for (const item of all) {
    const { length } = textOf(item);
    const last = out.at(-1);
    if (last === undefined || last.length >= limits.items || characters + length > limits.characters) {
      out.push([item]);
      characters = length;
    } else {
      last.push(item);
      characters += length;
    }
  }
  return out;
}

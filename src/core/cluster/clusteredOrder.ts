import { condensedIndex } from "../similarity/condensed.ts";

/**
 * An order of n items that puts similar ones side by side: average-linkage clustering by the nearest-neighbour chain
 * (Murtagh 1983, O(n²)), then the leaves, each merge joining the two clusters at their nearest ends.
 * @param distance condensed; is overwritten
 */
export function clusteredOrder(distance: Float32Array, n: number): Uint32Array {
  const original = distance.slice();
  const size = new Uint32Array(n).fill(1);
  const alive = new Uint8Array(n).fill(1);
  const leaves: number[][] = Array.from({ length: n }, (_, item) => [item]);
  const chain: number[] = [];
  for (let merges = 0, next = 0; merges < n - 1; merges++) {
    if (chain.length === 0) {
      while (alive[next] === 0) next++;
      chain.push(next);
    }
    for (;;) {
      const tip = chain.at(-1)!;
      const previous = chain.at(-2);
      // Preferring the previous one on ties is what makes the chain end.
      let nearest = previous ?? -1;
      let least = previous === undefined ? Infinity : distance[condensedIndex(n, tip, previous)]!;
      for (let item = 0; item < n; item++) {
        if (alive[item] === 0 || item === tip) continue;
        const d = distance[condensedIndex(n, tip, item)]!;
        if (d < least) {
          least = d;
          nearest = item;
        }
      }
      if (nearest !== previous) {
        chain.push(nearest);
        continue;
      }
      chain.length -= 2;
      merge(Math.min(tip, nearest), Math.max(tip, nearest));
      break;
    }
  }
  return Uint32Array.from(leaves[0] ?? []);

  /** `b` becomes part of `a`; a is the lower index, so the last cluster is 0. */
  function merge(a: number, b: number): void {
    for (let item = 0; item < n; item++) {
      if (alive[item] === 0 || item === a || item === b) continue;
      const at = condensedIndex(n, a, item);
      distance[at] = (size[a]! * distance[at]! + size[b]! * distance[condensedIndex(n, b, item)]!) / (size[a]! + size[b]!);
    }
    size[a]! += size[b]!;
    alive[b] = 0;
    leaves[a] = joinNearestEnds(leaves[a]!, leaves[b]!, (i, j) => original[condensedIndex(n, i, j)]!);
    leaves[b] = [];
  }
}

function joinNearestEnds(x: number[], y: number[], distance: (i: number, j: number) => number): number[] {
  const choices = [
    { d: distance(x.at(-1)!, y[0]!), join: () => [...x, ...y] },
    { d: distance(x.at(-1)!, y.at(-1)!), join: () => [...x, ...y.toReversed()] },
    { d: distance(x[0]!, y[0]!), join: () => [...x.toReversed(), ...y] },
    { d: distance(x[0]!, y.at(-1)!), join: () => [...y, ...x] },
  ];
  return choices.reduce((best, choice) => (choice.d < best.d ? choice : best)).join();
}

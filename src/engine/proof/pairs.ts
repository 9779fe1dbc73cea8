import { seededRandom, shuffled } from "../../core/base/random.ts";
import type { CancellationToken } from "../../core/base/cancellation.ts";
import { pairOf } from "../../core/proof/minePairs.ts";
import { CODE_PAIRS } from "../../core/proof/pairs/codePairs.ts";
import { PROSE_PAIRS } from "../../core/proof/pairs/prosePairs.ts";
import type { PairSource } from "../../protocol/proof.ts";
import { giveWay } from "../giveWay.ts";
import type { Catalogue } from "../store/catalogue.ts";

/** Texts that belong together, from one source. */
export interface Pairs {
  readonly source: PairSource;
  readonly queries: readonly string[];
  readonly documents: readonly string[];
}

export const builtInPairs = (): Pairs => pairsOf("builtIn", [...PROSE_PAIRS, ...CODE_PAIRS]);

/** Fewer pairs of a workspace tell settings apart worse than our own. */
const MIN_PAIRS = 60;
/** More would make the test longer, and no clearer. */
const MAX_PAIRS = 120;
/** Files that are looked through for pairs: the index of a large workspace is not read as a whole. */
const MAX_FILES = 1000;
const FILES_PER_TURN = 20;
const SEED = 1;

/** Comments with their code and headings with their sections, of files by lot; undefined where there are too few. */
export async function workspacePairs(catalogue: Catalogue, token: CancellationToken): Promise<Pairs | undefined> {
  const files = [...catalogue.stamps().keys()].sort();
  const order = shuffled(files.length, seededRandom(SEED));
  const found = new Map<string, string>();
  const documents = new Set<string>();
  for (let at = 0; at < Math.min(order.length, MAX_FILES) && found.size < MAX_PAIRS; at++) {
    if (at % FILES_PER_TURN === 0) await giveWay(token);
    for (const { kind, text } of catalogue.segmentsOf(files[order[at]!]!)) {
      const { text: whole, headerLength } = catalogue.textOf(text);
      const pair = pairOf({ kind, text: whole.slice(headerLength) });
      // Overloads and copies have several right answers.
      if (pair === undefined || found.has(pair[0]) || documents.has(pair[1]) || found.size === MAX_PAIRS) continue;
      found.set(...pair);
      documents.add(pair[1]);
    }
  }
  return found.size < MIN_PAIRS ? undefined : pairsOf("workspace", [...found]);
}

const pairsOf = (kind: PairSource["kind"], pairs: readonly (readonly [query: string, document: string])[]): Pairs => ({
  source: { kind, pairs: pairs.length },
  queries: pairs.map(([query]) => query),
  documents: pairs.map(([, document]) => document),
});

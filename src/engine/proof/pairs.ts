import { CODE_PAIRS } from "../../core/proof/pairs/codePairs.ts";
import { PROSE_PAIRS } from "../../core/proof/pairs/prosePairs.ts";
import type { PairSource } from "../../protocol/proof.ts";

/** Texts that belong together, from one source. */
export interface Pairs {
  readonly source: PairSource;
  readonly queries: readonly string[];
  readonly documents: readonly string[];
}

export const builtInPairs = (): Pairs => pairsOf("builtIn", [...PROSE_PAIRS, ...CODE_PAIRS]);

export const pairsOf = (kind: PairSource["kind"], pairs: readonly (readonly [query: string, document: string])[]): Pairs => ({
  source: { kind, pairs: pairs.length },
  queries: pairs.map(([query]) => query),
  documents: pairs.map(([, document]) => document),
});

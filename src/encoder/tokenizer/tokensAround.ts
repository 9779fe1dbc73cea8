import * as v from "valibot";

import { jsonTable } from "../jsonTable.ts";

/** Of a token. */
export const ID = v.pipe(v.number(), v.integer(), v.minValue(0));

const STEP = v.looseObject({
  type: v.string(),
  cls: v.optional(v.tuple([v.string(), ID])),
  sep: v.optional(v.tuple([v.string(), ID])),
  single: v.optional(
    v.array(v.union([v.object({ SpecialToken: v.looseObject({ id: v.string() }) }), v.object({ Sequence: v.looseObject({}) })])),
  ),
  special_tokens: v.optional(jsonTable(v.looseObject({ ids: v.array(ID) }))),
});
type Step = v.InferOutput<typeof STEP>;

/** The post-processor of a tokenizer.json, as far as it concerns one text. */
export const POST_PROCESSOR = v.nullish(v.looseObject({ ...STEP.entries, processors: v.optional(v.array(STEP)) }));

/** Ids that stand before and after every text. */
export interface Around {
  readonly before: readonly number[];
  readonly after: readonly number[];
}

/** Steps of a sequence work one after the other, each around what the one before it gave. */
export function tokensAround(post: v.InferOutput<typeof POST_PROCESSOR>): Around {
  const steps = post?.type === "Sequence" ? (post.processors ?? []) : [post ?? { type: "none" }];
  return steps.map(aroundOf).reduce(
    (inner, outer) => ({
      before: [...outer.before, ...inner.before],
      after: [...inner.after, ...outer.after],
    }),
    NOTHING,
  );
}

const NOTHING: Around = { before: [], after: [] };

function aroundOf({ cls, sep, single = [], special_tokens: special }: Step): Around {
  // RoBERTa's and BERT's own processors name the two tokens; a template lists them. ByteLevel changes no token.
  const split = single.findIndex((piece) => "Sequence" in piece);
  const ids = (pieces: typeof single): number[] =>
    pieces.flatMap((piece) => ("SpecialToken" in piece ? (special?.get(piece.SpecialToken.id)?.ids ?? []) : []));
  return {
    before: cls === undefined ? ids(split < 0 ? [] : single.slice(0, split)) : [cls[1]],
    after: sep === undefined ? ids(split < 0 ? [] : single.slice(split + 1)) : [sep[1]],
  };
}

import { DISTINCT_COSINE, SAME_VECTOR, UNIT_LENGTH } from "../../core/proof/bounds.ts";
import { atLeast, atMost, fails, notApplicable, passes, type Check } from "../../core/proof/check.ts";
import { PLAIN_TEXTS } from "../../core/proof/testTexts.ts";
import { norm } from "../../core/encoders/pooling.ts";
import { dot } from "../../core/similarity/cosine.ts";
import type { EncodeResult } from "../../protocol/encoder.ts";
import { difference, rowOf, type Subject } from "./subject.ts";

const EXPORT = "Use another export of this model; this one's weights are not usable.";

/** What the vectors of plain texts tell by themselves. `plain` are those of {@link PLAIN_TEXTS}. */
export function plainChecks(subject: Subject, plain: EncodeResult): readonly Check[] {
  const rows = PLAIN_TEXTS.map((_, row) => rowOf(plain, row));
  const wrong = rows.filter((row) => !row.every(Number.isFinite)).length;
  const lengths = rows.map(norm);
  return [
    cardCheck(subject),
    widthCheck(subject, plain),
    atMost("finite", wrong, 0, { said: `${wrong} of ${rows.length} vectors hold numbers that are none.`, todo: EXPORT }),
    zeroCheck(plain, lengths),
    lengthCheck(subject, lengths),
    distinctCheck(rows, lengths),
  ];
}

/** Whether what the card says is what the folder's own files say. */
function cardCheck({ card, loaded, remote }: Subject): Check {
  if (card === undefined) return notApplicable("card", "A folder outside the encoders' has no card.");
  if (remote) return notApplicable("card", "A server tells nothing that the card could be compared with.");
  const apart = [
    ["pooling", card.pooling, loaded.pooling],
    ["normalised", card.normalized, loaded.normalized],
    ["dimensions", card.dimensions, loaded.dimensions],
    ["most tokens", card.maxTokens, loaded.maxTokens],
    ["layers", card.layers, loaded.layers],
  ].filter(([, said, found]) => said !== found);
  if (apart.length === 0)
    return passes("card", "Pooling, normalisation, dimensions, layers and most tokens are those of its files.");
  const said = apart.map(([name, theirs, ours]) => `${String(name)}: card ${String(theirs)}, files ${String(ours)}`).join("; ");
  return fails("card", { said: `${said}.`, todo: "Correct the card, or take the encoder from its publisher again." });
}

function widthCheck({ card, loaded, settings }: Subject, plain: EncodeResult): Check {
  const expected = settings.dimensions ?? card?.dimensions ?? loaded.dimensions;
  const right = plain.dimensions === expected && plain.vectors.length === expected * PLAIN_TEXTS.length;
  const said = `Vectors have ${plain.dimensions} numbers; ${expected} are expected.`;
  return {
    ...(right ? passes("width", said) : fails("width", { said, todo: "Take the model file that belongs to this card." })),
    measured: plain.dimensions,
  };
}

function zeroCheck({ hasVector }: EncodeResult, lengths: readonly number[]): Check {
  const empty = lengths.filter((length, row) => !(length > 0) || hasVector[row] !== 1).length;
  return atMost("nonZero", empty, 0, {
    said: `${empty} of ${lengths.length} plain texts have no vector; the shortest is ${Math.min(...lengths).toPrecision(3)} long.`,
    todo: "Its vocabulary may lack these words, or its tokenizer belongs to another model: use the publisher's tokenizer.json.",
  });
}

function lengthCheck({ card, loaded, settings }: Subject, lengths: readonly number[]): Check {
  const unit = settings.normalize ?? card?.normalized ?? loaded.normalized;
  const off = Math.max(...lengths.map((length) => Math.abs(length - 1)));
  if (unit)
    return atMost("normalised", off, UNIT_LENGTH, {
      said: `Lengths are within ${off.toPrecision(2)} of 1.`,
      todo: "The card says vectors are scaled to unit length and they are not: correct the card, or set normalize.",
    });
  return atLeast("normalised", off, UNIT_LENGTH, {
    said: `Vectors are said not to be scaled; lengths differ from 1 by up to ${off.toPrecision(2)}.`,
    todo: "The card says vectors are not scaled and yet all have length 1: correct the card.",
  });
}

function distinctCheck(rows: readonly Float32Array[], lengths: readonly number[]): Check {
  let largest = -1;
  for (const [i, a] of rows.entries())
    for (let j = i + 1; j < rows.length; j++) largest = Math.max(largest, dot(a, rows[j]!) / (lengths[i]! * lengths[j]!));
  return atMost("distinct", rows.length < 2 ? 0 : largest, DISTINCT_COSINE, {
    said: `The largest cosine of two texts with nothing in common is ${largest.toFixed(4)}.`,
    todo: "Texts are told apart no more: try another pooling, the last layer, or another export.",
  });
}

/** How many times a text stands beside itself: enough for the runtime to take another way than for one row. */
const COPIES = 16;
/** Texts that are encoded one by one. */
const ALONE = [0, 3, 5, 8, 11];

const BATCH = "Vectors depend on what else is encoded: use another precision (w8 or fp32) or another export.";

/** Whether a vector is the same whenever it is made. */
export async function repeatChecks(subject: Subject, plain: EncodeResult): Promise<readonly Check[]> {
  const bound = subject.remote ? REMOTE_SAME_VECTOR : SAME_VECTOR;
  const again = await subject.encode(PLAIN_TEXTS);
  const reversed = await subject.encode(PLAIN_TEXTS.toReversed());
  let batch = 0;
  for (const row of ALONE) {
    const alone = rowOf(await subject.encode([PLAIN_TEXTS[row]!]), 0);
    const copies = await subject.encode(Array<string>(COPIES).fill(PLAIN_TEXTS[row]!));
    for (let copy = 0; copy < COPIES; copy++) batch = Math.max(batch, difference(rowOf(copies, copy), alone));
    batch = Math.max(batch, difference(rowOf(plain, row), alone));
  }
  const last = PLAIN_TEXTS.length - 1;
  const largest = (other: (row: number) => Float32Array): number =>
    Math.max(...PLAIN_TEXTS.map((_, row) => difference(rowOf(plain, row), other(row))));
  const twice = largest((row) => rowOf(again, row));
  const order = largest((row) => rowOf(reversed, last - row));
  return [
    atMost("deterministic", twice, subject.remote ? bound : 0, {
      said: `Encoded twice, components differ by at most ${twice.toPrecision(2)}.`,
      todo: "The same text gives other vectors: the model's graph holds something random. Use another export.",
    }),
    atMost("batch", batch, bound, {
      said: `Alone and among others, components differ by at most ${batch.toPrecision(2)}.`,
      todo: BATCH,
    }),
    atMost("order", order, bound, {
      said: `In another order, components differ by at most ${order.toPrecision(2)}.`,
      todo: BATCH,
    }),
  ];
}

/** Servers pad and round to half precision; that much they may. */
const REMOTE_SAME_VECTOR = 1e-2;

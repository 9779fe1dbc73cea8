import { LEAST_COSINE, PUBLISHER_DIFFERENCE } from "../../core/proof/bounds.ts";
import { atLeast, atMost, fails, notApplicable, type Check } from "../../core/proof/check.ts";
import type { ReferenceFile } from "../../core/proof/referenceFile.ts";
import { norm } from "../../core/encoders/pooling.ts";
import { dot } from "../../core/similarity/cosine.ts";
import { floatsOf } from "../base64Floats.ts";
import { referencesFor } from "./references.ts";
import { rowOf, type Subject } from "./subject.ts";

/** Token ids and vectors against the publisher's own, where there are any. */
export async function publisherChecks(subject: Subject, table: string | undefined): Promise<readonly Check[]> {
  const both = (make: (name: "tokenIds" | "publisher") => Check): readonly Check[] => [make("tokenIds"), make("publisher")];
  const changed = Object.keys(subject.settings).filter((name) => name !== "prefix");
  if (changed.length > 0)
    return both((name) => notApplicable(name, `A variant (${changed.join(", ")}) has no vectors of the publisher's.`));
  let references: ReferenceFile | undefined;
  try {
    references = referencesFor(table, subject.folder, subject.base);
  } catch (error) {
    const said = `The reference vectors cannot be read: ${error instanceof Error ? error.message : String(error)}.`;
    return both((name) => fails(name, { said, todo: "Take reference_vectors.json out of the encoder's folder, or correct it." }));
  }
  if (references === undefined)
    return both((name) => notApplicable(name, "There are no reference vectors of this encoder, in its folder or in our table."));
  if ((subject.settings.prefix ?? "") !== references.prefix && subject.chosen.prompt !== undefined)
    return both((name) => notApplicable(name, "The publisher's vectors are with another prompt than the one that is set."));
  return [await idsCheck(subject, references), await vectorsCheck(subject, references)];
}

async function idsCheck(subject: Subject, { items, source }: ReferenceFile): Promise<Check> {
  const withIds = items.filter(({ ids }) => ids !== undefined);
  if (subject.remote || withIds.length === 0) return notApplicable("tokenIds", "No token ids to compare with.");
  const ids = await subject.tokenize(withIds.map(({ text }) => text));
  const wrong = withIds.filter(({ ids: expected }, at) => ids[at]!.join() !== expected!.join()).length;
  return atMost("tokenIds", wrong, 0, {
    said: `${wrong} of ${withIds.length} texts have other token ids than the publisher's (${source}).`,
    todo: "The tokenizer or the prompt is not the publisher's: use its tokenizer.json and its prompts.",
  });
}

async function vectorsCheck(subject: Subject, { items, dimensions, precision, source }: ReferenceFile): Promise<Check> {
  const result = await subject.encode(items.map(({ text }) => text));
  const todo = "Pooling, normalisation, prompt or weights are not the publisher's. Run the detector, or take another export.";
  if (result.dimensions !== dimensions)
    return fails("publisher", { said: `The publisher's vectors have ${dimensions} numbers, these ${result.dimensions}.`, todo });
  let largest = 0;
  let least = 1;
  for (const [row, { vector }] of items.entries()) {
    const [ours, theirs] = [rowOf(result, row), floatsOf(vector)];
    if (theirs.length !== dimensions)
      return fails("publisher", { said: "The reference vectors are of another width than they say.", todo });
    for (let d = 0; d < dimensions; d++) largest = Math.max(largest, Math.abs(ours[d]! - theirs[d]!));
    const lengths = norm(ours) * norm(theirs);
    // A text without a known token has no vector on either side.
    least = Math.min(least, lengths === 0 ? Number(norm(ours) === norm(theirs)) : dot(ours, theirs) / lengths);
  }
  const said = `${items.length} texts, ${source}: largest difference ${largest.toPrecision(2)}, least cosine ${least.toFixed(6)}`;
  if (subject.precision === precision) return atMost("publisher", largest, PUBLISHER_DIFFERENCE, { said: `${said}.`, todo });
  return atLeast("publisher", least, LEAST_COSINE[subject.precision], {
    said: `${said} (the bound is that of ${subject.precision}).`,
    todo: `${todo} The ${subject.precision} file may also be too coarse: see the precision report.`,
  });
}

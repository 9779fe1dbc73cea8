import { CARD_FIELDS, cleanFact, factOf, MAX_FACT, type CardEdits, type CardField } from "../core/encoders/editedCard.ts";
import type { Rpc } from "../process/rpc.ts";
import { describeEncoder, editCard, factTooLong, type EncoderDetails, type EncoderFile } from "../protocol/cards.ts";
import { badRequest } from "../protocol/errors.ts";
import { filesIn } from "./boundedFiles.ts";
import type { EditedCards } from "./cards/cardEdits.ts";
import type { Registry } from "./registry.ts";

interface Engine {
  readonly registry: Registry;
  readonly editedCards: EditedCards;
  /** Whether there is a place for the user's facts. */
  readonly editable: boolean;
}

/** The requests of protocol/cards.ts. */
export function serveCards(rpc: Rpc, ready: () => Engine): void {
  rpc.onRequest(describeEncoder, ({ id }) => detailsOf(ready(), id));
  rpc.onRequest(editCard, ({ id, changes }) => {
    const engine = ready();
    const { card } = engine.registry.published(id);
    // Another window may have written since.
    engine.editedCards.refresh();
    const edits: Record<string, string> = { ...engine.editedCards.of(id) };
    for (const [field, written] of Object.entries(changes)) {
      if (!isField(field)) throw badRequest(`${field} is no field of a card.`);
      const value = written === null ? undefined : cleanFact(written);
      if (value !== undefined && value.length > MAX_FACT) throw factTooLong(MAX_FACT);
      // What says the same as the publisher is no edit: it would hide what the publisher says later.
      if (value === undefined || value === factOf(card, field).value) Reflect.deleteProperty(edits, field);
      else edits[field] = value;
    }
    engine.editedCards.keep(id, edits);
    engine.registry.tell(id);
    return detailsOf(engine, id);
  });
}

const isField = (name: string): name is CardField => CARD_FIELDS.some((field) => field === name);

function detailsOf({ registry, editedCards, editable }: Engine, id: string): EncoderDetails {
  const { card, folder } = registry.published(id);
  const edits: CardEdits = editedCards.of(id);
  const fields = CARD_FIELDS.filter((field) => edits[field] !== undefined);
  return {
    encoder: registry.info(id)!,
    published: Object.fromEntries(fields.map((field) => [field, factOf(card, field)])),
    files: largestIn(folder),
    folder,
    editable,
  };
}

/** Most files that are told of; an encoder has a dozen. */
const MAX_FILES = 200;

const largestIn = (folder: string): readonly EncoderFile[] =>
  filesIn(folder)
    .map(({ path, bytes }) => ({ path, bytes }))
    .sort((a, b) => b.bytes - a.bytes)
    .slice(0, MAX_FILES);

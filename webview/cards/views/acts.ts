import type { CardField, FromCards } from "../../../src/protocol/cardsPanel.ts";
import type { Action } from "../state.ts";

/** What a view may do: change the state, or ask the editor. */
export interface Acts {
  readonly act: (action: Action) => void;
  readonly send: (message: FromCards) => void;
}

/** Saves new words of a field, or with null gives it back to the publisher. */
export function save({ act, send }: Acts, id: string, changes: Readonly<Partial<Record<CardField, string | null>>>): void {
  act({ type: "saving", id, fields: Object.keys(changes) as CardField[] });
  send({ type: "edit", id, changes });
}

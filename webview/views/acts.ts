import type { FromPanel } from "../../src/protocol/panel.ts";
import type { Action, State } from "../state.ts";

/** What a view may do: change the state, or ask the editor. */
export interface Acts {
  readonly act: (action: Action) => void;
  readonly send: (message: FromPanel) => void;
}

/** Makes the same comparison once more, with what the texts say now. */
export function compareAgain({ spec }: State, send: Acts["send"]): void {
  if (spec !== null) send({ type: "compare", split: spec.split, encoders: spec.encoders.map(({ id }) => id) });
}

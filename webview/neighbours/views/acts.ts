import type { FromNeighbours, Place } from "../../../src/protocol/neighboursPanel.ts";
import type { Action } from "../state.ts";

/** What a view may do: change the state, or ask the editor. */
export interface Acts {
  readonly act: (action: Action) => void;
  readonly send: (message: FromNeighbours) => void;
}

/** Shows a place in the editor; one of another machine's files cannot be shown. */
export function open(send: Acts["send"], { file, range }: Place, preserveFocus: boolean): void {
  if (file !== "") send({ type: "open", file, range, preserveFocus });
}

export function neighboursOf(send: Acts["send"], { file, range }: Place): void {
  if (file !== "") send({ type: "neighboursOf", file, range });
}

/** What the mouse does on a row: one click shows the place, two go there. */
export const openers = (send: Acts["send"], place: Place): { click: () => void; dblclick: () => void } => ({
  click: () => {
    open(send, place, true);
  },
  dblclick: () => {
    open(send, place, false);
  },
});

import type { FromPanel } from "../src/protocol/panel.ts";
import type { SavedState } from "./state.ts";

/** The editor's side of the panel, or a page's own when it stands alone. */
export interface Connection {
  readonly send: (message: FromPanel) => void;
  readonly save: (state: SavedState) => void;
  readonly saved: unknown;
}

declare function acquireVsCodeApi(): {
  postMessage(message: unknown): void;
  setState(state: unknown): void;
  getState(): unknown;
};

/** May be called once: the editor hands out its interface only once. */
export function connectToEditor(): Connection {
  const editor = acquireVsCodeApi();
  return {
    send: (message) => {
      editor.postMessage(message);
    },
    save: (state) => {
      editor.setState(state);
    },
    saved: editor.getState(),
  };
}

export const standingAlone: Connection = { send: () => undefined, save: () => undefined, saved: undefined };

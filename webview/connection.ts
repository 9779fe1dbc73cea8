/** The editor's side of a page, or the page's own when it stands alone. */
export interface Connection<Message, Saved> {
  readonly send: (message: Message) => void;
  readonly save: (state: Saved) => void;
  readonly saved: unknown;
}

declare function acquireVsCodeApi(): {
  postMessage(message: unknown): void;
  setState(state: unknown): void;
  getState(): unknown;
};

/** May be called once: the editor hands out its interface only once. */
export function connectToEditor<Message, Saved>(): Connection<Message, Saved> {
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

export const standingAlone: Connection<unknown, unknown> = { send: () => undefined, save: () => undefined, saved: undefined };

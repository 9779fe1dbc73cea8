import type { Connection } from "./connection.ts";

/** What of a page's state outlives reloads: what it shows, and how. */
interface Saved<Spec, View> {
  readonly spec: Spec;
  readonly view: View;
}

export interface PageLoop<State, Action> {
  readonly state: State;
  readonly act: (action: Action) => void;
  /** Paints once with the next frame, however often it is asked. */
  readonly repaint: () => void;
}

/**
 * The one way in which a page changes: an act makes the next state, what is to be kept is saved, and the page is painted.
 * The first state is painted at once.
 */
export function pageLoop<Spec, View, State extends Saved<Spec, View>, Action>(
  initial: State,
  reduce: (state: State, action: Action) => State,
  save: Connection<never, Saved<Spec, View>>["save"],
  paint: (state: State, act: PageLoop<State, Action>["act"]) => void,
): PageLoop<State, Action> {
  let state = initial;
  let frame = 0;
  const paintNow = (): void => {
    frame = 0;
    paint(state, act);
  };
  const repaint = (): void => {
    frame ||= requestAnimationFrame(paintNow);
  };
  const act = (action: Action): void => {
    const next = reduce(state, action);
    if (next === state) return;
    if (next.view !== state.view || next.spec !== state.spec) save({ spec: next.spec, view: next.view });
    state = next;
    repaint();
  };
  paintNow();
  return {
    get state() {
      return state;
    },
    act,
    repaint,
  };
}

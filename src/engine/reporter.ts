import type { Progress } from "../protocol/engine.ts";

/** Reports to whoever asked: by the token that came with the request, and to nobody without one. */
export type Reporter = (token: string | undefined) => (progress: Progress) => void;

/** Reports of a work that is a number of steps. */
export const stepsOf =
  (reporter: Reporter) =>
  (token: string | undefined) =>
  (done: number, total: number): void => {
    reporter(token)({ kind: "steps", done, total });
  };

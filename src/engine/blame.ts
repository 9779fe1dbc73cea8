import type { ModelKey } from "../protocol/encoder.ts";
import { badModel, deadlineExceeded, failure, type EmbedError } from "../protocol/errors.ts";

/** Remembers which models end the processes that run them, so that these take no others along. */
export interface Blame {
  /** Why none of these models should be run with the others; undefined when there is nothing against them. */
  readonly against: (models: readonly ModelKey[]) => EmbedError | undefined;
  /** A process ended, as `how` says, in a unit that was not tried again. Returns what the unit fails with. */
  readonly died: (models: readonly ModelKey[], how: string, opening: boolean) => EmbedError;
  /** A unit was stopped after so many seconds. Returns what it fails with. */
  readonly overdue: (models: readonly ModelKey[], seconds: number, opening: boolean) => EmbedError;
}

/** A model that was found guilty is tried again after this long: its files may be others by then. */
const SENTENCE_MS = 3 * 60_000;
/**
 * Units that may end badly within that time after the model had opened, before it is the model that is to blame and not a text:
 * so many are needed to find one text among 64, and once more.
 */
const MOST_ENDED = 8;

export function createBlame(now: () => number = () => performance.now()): Blame {
  const refused = new Map<string, { readonly error: EmbedError; readonly until: number }>();
  const ended = new Map<string, readonly number[]>();

  /** Notes what happened to a model, and says so from now on if it is the model that is to blame. */
  const judge = (models: readonly ModelKey[], opening: boolean, reason: string): EmbedError | undefined => {
    const [model] = models;
    // With several it is not known which: whoever asked tries them one by one.
    if (models.length !== 1 || model === undefined) return undefined;
    const name = nameOf(model);
    const recent = [...(ended.get(name) ?? []).filter((at) => now() - at < SENTENCE_MS), now()];
    ended.set(name, recent);
    if (!opening && recent.length <= MOST_ENDED) return undefined;
    const error = badModel(name, reason);
    refused.set(name, { error, until: now() + SENTENCE_MS });
    return error;
  };

  return {
    against: (models) => {
      for (const model of models) {
        const sentence = refused.get(nameOf(model));
        if (sentence === undefined) continue;
        if (now() < sentence.until) return sentence.error;
        refused.delete(nameOf(model));
      }
      return undefined;
    },
    died: (models, how, opening) =>
      judge(models, opening, `${opening ? "opening it ended its process" : "it ends its process again and again"} (${how})`) ??
      failure("processEnded", `${labelOf(models)} ended its process (${how}).`, "Try again; it is started anew."),
    overdue: (models, seconds, opening) => {
      const what = opening ? "opening it gave no answer" : "again and again it gives no answer";
      judge(models, opening, `${what} within ${seconds.toFixed(0)} s`);
      return deadlineExceeded(labelOf(models), seconds);
    },
  };
}

const nameOf = ({ folder, precision }: ModelKey): string => `${folder} (${precision})`;

const labelOf = (models: readonly ModelKey[]): string => [...new Set(models.map(({ folder }) => folder))].join(", ");

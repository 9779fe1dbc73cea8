import type { Disposable } from "../../core/base/disposable.ts";
import type { EncoderCoverage, IndexStatus, Skipped } from "../../protocol/workspace.ts";
import type { VectorMatrix } from "../kernels/vectorMatrix.ts";
import type { Catalogue } from "../store/catalogue.ts";
import type { LocalIndex } from "../store/localIndex.ts";
import type { ActiveEncoder } from "./embedQueue.ts";

export interface StatusParts {
  readonly index: LocalIndex;
  readonly encoders: readonly ActiveEncoder[];
  readonly skipped: readonly Skipped[];
  readonly scan: IndexStatus["scan"];
  readonly state: IndexStatus["state"];
  readonly waitingFor: IndexStatus["waitingFor"];
}

export function statusOf({ index, encoders, skipped, scan, state, waitingFor }: StatusParts): IndexStatus {
  const { catalogue, storage } = index;
  return {
    state,
    ...(waitingFor === undefined ? {} : { waitingFor }),
    storage,
    files: catalogue.fileCount,
    segments: catalogue.segmentCount,
    texts: catalogue.textCount,
    languages: catalogue.languages,
    ...(scan === undefined ? {} : { scan }),
    skipped,
    encoders: encoders.map((encoder) => coverageOf(index, encoder)),
  };
}

function coverageOf(index: LocalIndex, encoder: ActiveEncoder): EncoderCoverage {
  const total = index.catalogue.textCount;
  const done = encoder.matrix === undefined ? 0 : covered(index.catalogue, encoder.matrix);
  const perSecond = encoder.rate.perSecond();
  const left = total - done - encoder.refused.size;
  return {
    id: encoder.id,
    done,
    total,
    bytes: encoder.key === undefined ? 0 : index.bytesOf(encoder.key),
    perSecond,
    secondsLeft: perSecond > 0 ? left / perSecond : null,
    ...(encoder.error === undefined ? {} : { error: encoder.error }),
  };
}

/** How many of the present texts have been through this encoder, with or without a vector coming out. */
export function covered(catalogue: Catalogue, matrix: VectorMatrix): number {
  let done = 0;
  for (const text of catalogue.presentTexts()) if (matrix.has(text)) done++;
  return done;
}

/** Tells of changes by the clock: at once if nothing was told of late, else when it is time, and always the last state. */
export interface Reporter extends Disposable {
  readonly changed: () => void;
  /** Told at once: work has ended. */
  readonly settled: () => void;
}

const EVERY_MS = 200;
/** Counting takes longer in a large index; it must not take more than this share of the time. */
const SHARE = 0.05;

export function createReporter(report: () => void): Reporter {
  let timer: NodeJS.Timeout | undefined;
  let every = EVERY_MS;
  let last = -Infinity;
  const tell = (): void => {
    clearTimeout(timer);
    timer = undefined;
    const started = performance.now();
    report();
    last = performance.now();
    every = Math.max(EVERY_MS, (last - started) / SHARE);
  };
  return {
    changed: () => {
      if (timer !== undefined) return;
      timer = setTimeout(tell, Math.max(0, last + every - performance.now()));
    },
    settled: tell,
    dispose: () => {
      clearTimeout(timer);
    },
  };
}

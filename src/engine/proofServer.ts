import type { Rpc } from "../process/rpc.ts";
import type { HelloParams, Progress } from "../protocol/engine.ts";
import { EmbedError } from "../protocol/errors.ts";
import { comparePrecisions, engineFacts, findMisconfiguration, proofStamps, selfTest } from "../protocol/proof.ts";
import { comparePrecisions as compareAll } from "./proof/comparePrecisions.ts";
import { engineFacts as factsOf } from "./proof/engineFacts.ts";
import { findMisconfiguration as findBetter } from "./proof/findMisconfiguration.ts";
import { builtInPairs } from "./proof/pairs.ts";
import { selfTest as runSelfTest, stampOf } from "./proof/selfTest.ts";
import type { ProofParts } from "./proof/subject.ts";

/** The requests of protocol/proof.ts: one line each. */
export function serveProof(
  rpc: Rpc,
  ready: () => ProofParts & { readonly hello: HelloParams },
  reporter: (token: string | undefined) => (progress: Progress) => void,
): void {
  const stepsTo = (token: string | undefined) => (done: number, total: number) => {
    reporter(token)({ kind: "steps", done, total });
  };
  rpc.onRequest(selfTest, ({ encoder, progressToken }, token) => {
    const engine = ready();
    return runSelfTest(engine, { encoder, references: engine.hello.referenceFolder, onStep: stepsTo(progressToken), token });
  });
  rpc.onRequest(findMisconfiguration, ({ encoder, progressToken }, token) =>
    findBetter(ready(), { encoder, pairs: builtInPairs(), onStep: stepsTo(progressToken), token }),
  );
  rpc.onRequest(comparePrecisions, ({ encoder, progressToken }, token) =>
    compareAll(ready(), { encoder, pairs: builtInPairs(), onStep: stepsTo(progressToken), token }),
  );
  rpc.onRequest(engineFacts, ({ folders }) => {
    const engine = ready();
    return factsOf(engine, engine.hello.encoderFolders, folders);
  });
  rpc.onRequest(proofStamps, ({ encoders }) => {
    const { registry } = ready();
    return encoders.map((choice) => {
      try {
        return stampOf(registry, choice);
      } catch (error) {
        if (error instanceof EmbedError) return null;
        throw error;
      }
    });
  });
}

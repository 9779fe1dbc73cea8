import type { CancellationToken } from "../core/base/cancellation.ts";
import type { Rpc } from "../process/rpc.ts";
import type { EncoderChoice, HelloParams } from "../protocol/engine.ts";
import { EmbedError } from "../protocol/errors.ts";
import { comparePrecisions, engineFacts, findMisconfiguration, proofStamps, selfTest } from "../protocol/proof.ts";
import { comparePrecisions as compareAll } from "./proof/comparePrecisions.ts";
import { engineFacts as factsOf } from "./proof/engineFacts.ts";
import { findMisconfiguration as findBetter } from "./proof/findMisconfiguration.ts";
import { builtInPairs, workspacePairs, type Pairs } from "./proof/pairs.ts";
import { selfTest as runSelfTest, stampOf } from "./proof/selfTest.ts";
import type { ProofParts } from "./proof/subject.ts";
import { stepsOf, type Reporter } from "./reporter.ts";
import type { Catalogue } from "./store/catalogue.ts";

/** The requests of protocol/proof.ts: one line each. */
export function serveProof(
  rpc: Rpc,
  ready: () => ProofParts & { readonly hello: HelloParams },
  reporter: Reporter,
  /** Of the workspace that is open, as far as it is indexed. */
  catalogueOf: () => Catalogue | undefined,
): void {
  const stepsTo = stepsOf(reporter);
  rpc.onRequest(selfTest, ({ encoder, progressToken }, token) => {
    const engine = ready();
    return runSelfTest(engine, { encoder, references: engine.hello.referenceFolder, onStep: stepsTo(progressToken), token });
  });
  /** Of the workspace where it has enough; its texts go to no server for this. */
  const pairsFor = async (encoder: EncoderChoice, token: CancellationToken): Promise<Pairs> => {
    const { registry } = ready();
    const catalogue = registry.info(registry.resolve(encoder).base)?.remote === undefined ? catalogueOf() : undefined;
    return (catalogue === undefined ? undefined : await workspacePairs(catalogue, token)) ?? builtInPairs();
  };
  rpc.onRequest(findMisconfiguration, async ({ encoder, progressToken }, token) => {
    const pairs = await pairsFor(encoder, token);
    return findBetter(ready(), { encoder, pairs, onStep: stepsTo(progressToken), token });
  });
  rpc.onRequest(comparePrecisions, async ({ encoder, progressToken }, token) => {
    const pairs = await pairsFor(encoder, token);
    return compareAll(ready(), { encoder, pairs, onStep: stepsTo(progressToken), token });
  });
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

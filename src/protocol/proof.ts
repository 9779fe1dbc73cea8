/** What is asked of the engine about whether an encoder is right. */
import type { Precision } from "../core/encoders/card.ts";
import type { Check } from "../core/proof/check.ts";
import { request } from "./contract.ts";
import type { EncoderChoice } from "./engine.ts";

export interface ProofParams {
  /** With a precision, that one is tested; without, the one the encoder runs in by itself. */
  readonly encoder: EncoderChoice;
  /** Passed back in `progress`, as `steps`. */
  readonly progressToken?: string;
}

export interface SelfTestResult {
  /** As it was asked for. */
  readonly id: string;
  /** null for an encoder that could not be opened so far. */
  readonly precision: Precision | null;
  /** Of the vectors, as in `EmbedResult`; null where there are none. */
  readonly identity: string | null;
  /** Changes whenever the vectors might: a result counts for as long as this is the same. See `proofStamps`. */
  readonly stamp: string;
  readonly passed: boolean;
  readonly checks: readonly Check[];
  readonly ms: number;
}
/** Whether an encoder does what it says. Fails never by what is wrong with the encoder: that is a check that failed. */
export const selfTest = request<ProofParams, SelfTestResult>("selfTest");

/** The stamps of encoders as they are now, in the order asked for; null for one that is not there. Opens nothing. */
export const proofStamps = request<{ readonly encoders: readonly EncoderChoice[] }, readonly (string | null)[]>("proofStamps");

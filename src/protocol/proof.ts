/** What is asked of the engine about whether an encoder is right. */
import type { CardPooling, Precision } from "../core/encoders/card.ts";
import type { Check } from "../core/proof/check.ts";
import type { Verdict } from "../core/proof/misconfiguration.ts";
import type { Interval } from "../core/proof/pairedTest.ts";
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

/** Texts that belong together, and where they are from. */
export interface PairSource {
  /** `builtIn`: shipped with the project. `workspace`: comments with their code and headings with their sections, from the index. */
  readonly kind: "builtIn" | "workspace";
  readonly pairs: number;
}

/** One way to make vectors of texts, and how well it finds what belongs together. */
export interface TriedWay {
  readonly label: string;
  readonly pooling: CardPooling;
  readonly normalize: boolean;
  /** Put before questions and before answers. */
  readonly prompts: { readonly query: string; readonly document: string };
  /** Mean reciprocal rank and share of first places by dot product, both ways; see core/proof/retrieval.ts. */
  readonly mrr: number;
  readonly recallAt1: number;
  /** Against the configured way; null for that one itself. */
  readonly verdict: Verdict | null;
  /** Id of the encoder in this way; null where no setting of a variant says it. */
  readonly variant: string | null;
}

export interface MisconfigurationResult {
  readonly id: string;
  readonly precision: Precision;
  readonly identity: string;
  readonly stamp: string;
  readonly source: PairSource;
  /** The configured way first. */
  readonly ways: readonly TriedWay[];
  /** Number of the way that is clearly better and gains most; null where none is. */
  readonly better: number | null;
  readonly ms: number;
}
/** Whether another pooling, prompt or normalisation finds what belongs together clearly better than the configured one. */
export const findMisconfiguration = request<ProofParams, MisconfigurationResult>("findMisconfiguration");

/** One precision against the most exact one on this machine. */
export interface PrecisionReport {
  readonly precision: Precision;
  readonly bytes: number;
  /** Cosines to the vectors of the most exact precision. */
  readonly meanCosine: number;
  readonly leastCosine: number;
  /** Share of the ten nearest neighbours of each text that both name. */
  readonly overlap: number;
  readonly mrr: number;
  /** Of the mean reciprocal rank, with 95 % confidence. */
  readonly change: Interval & { readonly mean: number };
  /** How many times as fast, by the median of alternating rounds; above 1 is faster. */
  readonly speed: number;
}

export interface PrecisionsResult {
  readonly id: string;
  readonly stamp: string;
  readonly source: PairSource;
  /** What the others are compared with. */
  readonly base: { readonly precision: Precision; readonly bytes: number; readonly mrr: number };
  /** Of the others that are on this machine. */
  readonly others: readonly PrecisionReport[];
  readonly ms: number;
}
/** What smaller weights cost. A precision that is named in the choice is not looked at. */
export const comparePrecisions = request<ProofParams, PrecisionsResult>("comparePrecisions");

/** A folder of this machine, with the room on its disk; null where it is not there. */
export interface FolderFacts {
  /** For people. */
  readonly what: string;
  readonly path: string;
  readonly freeBytes: number | null;
}

/** What the engine runs on. */
export interface EngineFacts {
  readonly node: string;
  /** ONNX Runtime; empty where no encoder process could be started. */
  readonly runtime: string;
  readonly platform: string;
  readonly cores: number;
  /** Encoder processes. */
  readonly workers: number;
  readonly memoryBytes: number;
  /** Of ONNX Runtime; nothing else here has any. */
  readonly telemetry: "off" | "on";
  readonly folders: readonly FolderFacts[];
}
/** The folders of encoders are told too, before those that are asked for. */
export const engineFacts = request<{ readonly folders: readonly Omit<FolderFacts, "freeBytes">[] }, EngineFacts>("engineFacts");

import type * as ort from "onnxruntime-node";

import type { CardPooling } from "../core/encoders/card.ts";
import { noKnownOutput } from "../protocol/fileErrors.ts";
import type { ModelFolder } from "./modelFolder.ts";
import type { VectorModule } from "./vectorModules.ts";

/** Which outputs of a graph are read, and what is left to do with them. */
export interface Outputs {
  /** Last hidden states [batch, sequence, width]. */
  readonly states: string | undefined;
  /** One vector for each text [batch, width]. */
  readonly pooled: string | undefined;
  readonly pooling: CardPooling;
  readonly after: readonly VectorModule[];
}

/** How exporters call last hidden states and finished vectors. */
const STATES = ["last_hidden_state", "token_embeddings"];
const POOLED = "sentence_embedding";
/** States only where they are as wide as the model; else the chances of words. */
const LOGITS = "logits";
/** What is not the last state: those of layers, and what generation keeps. */
const OTHERS = /^(hidden_states\.|present|past)/;

/**
 * The folder's modules win over what the graph does by itself, since then layers and poolings can be chosen. A graph without
 * states has done all of it; without a list of modules a finished vector is what its publisher means.
 * Throws `badModel` with the names of the outputs where none is known to be either.
 */
export function chooseOutputs(
  { onnx, pooling, listed, width, after }: Pick<ModelFolder, "onnx" | "pooling" | "listed" | "width" | "after">,
  metadata: ort.InferenceSession["outputMetadata"],
): Outputs {
  const outputs = metadata
    .filter((output) => output.isTensor && (output.type === "float32" || output.type === "float16"))
    .map(({ name, ...output }) => ({ name, shape: "shape" in output ? output.shape : [] }));
  const ofRank = (rank: number): string[] => outputs.filter(({ shape }) => shape.length === rank).map(({ name }) => name);
  const fits = (name: string): boolean => {
    const last = outputs.find((output) => output.name === name)?.shape.at(-1);
    if (width === undefined || typeof last !== "number") return name !== LOGITS;
    return last === width;
  };
  const only = (names: readonly string[]): string | undefined => (names.length === 1 ? names[0] : undefined);
  const threes = ofRank(3);
  const twos = ofRank(2).filter((name) => !OTHERS.test(name));
  const states = STATES.find((name) => threes.includes(name)) ?? only(threes.filter((name) => !OTHERS.test(name) && fits(name)));
  const named = twos.find((name) => name === POOLED);
  const pooled = named ?? (states === undefined || pooling === "graph" ? only(twos) : undefined);
  const whole = { states, pooled, pooling: "graph" as const };

  if (pooling === "graph" && pooled !== undefined) return { ...whole, after };
  if (pooling !== "graph" && states !== undefined && (listed || named === undefined)) return { states, pooled, pooling, after };
  // Scaling once more changes nothing; all else is done.
  if (pooling !== "graph" && pooled !== undefined)
    return { ...whole, after: after.slice(-1).filter(({ kind }) => kind === "normalize") };
  throw noKnownOutput(
    onnx,
    metadata.map((output) => `${output.name} [${output.isTensor ? output.shape.join(", ") : ""}]`),
  );
}

import fs from "node:fs";
import path from "node:path";

import { describeVariant } from "../../src/core/encoders/describeVariant.ts";
import { EDITED } from "../../src/core/encoders/editedCard.ts";
import type { EncoderManifest } from "../../src/core/encoders/manifest.ts";
import type { EncoderSettings } from "../../src/core/encoders/variant.ts";
import type { CardDetails, CardEncoder, CardReport, CardsSpec, ToCards } from "../../src/protocol/cardsPanel.ts";

const CATALOGUE = path.resolve(import.meta.dirname, "../../encoders");

/** An encoder of the catalogue, as if it were on this machine. */
export function catalogued(id: string, change: Partial<CardEncoder> = {}): CardEncoder {
  const { name, card } = JSON.parse(fs.readFileSync(path.join(CATALOGUE, `${id}.json`), "utf8")) as EncoderManifest;
  return {
    id,
    name,
    state: "ready",
    bundled: true,
    card,
    precisions: [
      { precision: "fp32", bytes: 90_868_376 },
      { precision: "w8", bytes: 24_410_112 },
      { precision: "int8", bytes: 23_000_000 },
    ],
    ...change,
  };
}

export const variantOf = (base: CardEncoder, settings: EncoderSettings): CardEncoder => describeVariant(base, settings);

export const MINI = catalogued("all-MiniLM-L6-v2");
export const GLOVE = catalogued("glove-6b-100d-50k", { precisions: [{ precision: "w8", bytes: 5_300_000 }] });
export const SHALLOW = catalogued("paraphrase-MiniLM-L3-v2");
export const E5 = catalogued("multilingual-e5-small-q4", {
  bundled: false,
  precisions: [{ precision: "q4", bytes: 130_000_000 }],
});

/** A variant that differs in two settings. */
export const LAYER = variantOf(MINI, { layer: 3, pooling: "cls" });

/** What the user replaced of {@link EDITED_MINI}. */
export const PUBLISHED = { domain: MINI.card.causes.domain };
/** A card of which the user wrote one fact. */
export const EDITED_MINI = {
  ...MINI,
  card: { ...MINI.card, causes: { ...MINI.card.causes, domain: { value: "our wiki", source: EDITED } } },
};
export const FAILED_SELF_TEST: CardReport = {
  id: "selfTest",
  title: "Self-test",
  verdict: "failed",
  summary: "1 of 2 checks failed.",
  lines: [
    { title: "Finite numbers", outcome: "pass", said: "All are." },
    { title: "Right width", outcome: "fail", said: "383, not 384.", todo: "Fetch it again." },
  ],
  action: "Test again",
};

export const detailsOf = (id: string, change: Partial<CardDetails> = {}): CardDetails => ({
  id,
  published: {},
  files: [
    { path: "onnx/model.onnx", bytes: 90_868_376 },
    { path: "onnx/model_w8.onnx", bytes: 24_410_112 },
    { path: "onnx/model_int8.onnx", bytes: 23_000_000 },
    { path: "tokenizer.json", bytes: 466_247 },
    { path: "encoder.json", bytes: 6_200 },
  ],
  folder: `/encoders/${id}`,
  editable: true,
  ...change,
});

type Show = Extract<ToCards, { type: "show" }>;

/** One card, whole. */
export const showCard = (encoder: CardEncoder, change: Partial<Show> = {}): Show => ({
  type: "show",
  spec: { kind: "card", encoders: [encoder.id] },
  encoders: [encoder, ...[MINI, GLOVE, SHALLOW].filter(({ id }) => id !== encoder.id)],
  details: detailsOf(encoder.variant?.of ?? encoder.id),
  reports: [],
  ...change,
});

/** Cards side by side. */
export const showComparison = (encoders: readonly CardEncoder[], all: readonly CardEncoder[] = encoders): Show => ({
  type: "show",
  spec: { kind: "comparison", encoders: encoders.map(({ id }) => id) } satisfies CardsSpec,
  encoders: all,
  details: null,
  reports: [],
});

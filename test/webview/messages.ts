import type { Page } from "playwright-core";

import { seededRandom } from "../../src/core/base/random.ts";
import type { EncoderCard } from "../../src/core/encoders/card.ts";
import { CAUSES, type Cause, type Fact } from "../../src/core/encoders/card.ts";
import { condensedLength } from "../../src/core/similarity/condensed.ts";
import type { ToPanel } from "../../src/protocol/panel.ts";
import { encodeReplay } from "../../src/protocol/replay.ts";

/** Typed arrays do not survive the way into the page, so they go as text. */
export async function tellPanel(page: Page, messages: readonly ToPanel[]): Promise<void> {
  const text = encodeReplay(messages, (bytes) => Buffer.from(bytes).toString("base64"));
  await page.evaluate((json) => {
    const revive = (_: string, value: unknown): unknown => {
      const [kind, base64] = Object.entries(value ?? {})[0] ?? [];
      if (typeof kind !== "string" || !kind.startsWith("$")) return value;
      const { buffer } = Uint8Array.from(atob(base64 as string), (char) => char.charCodeAt(0));
      return kind === "$f32" ? new Float32Array(buffer) : kind === "$u32" ? new Uint32Array(buffer) : new Uint8Array(buffer);
    };
    for (const message of JSON.parse(json, revive) as unknown[]) window.postMessage(message);
  }, text);
}

const position = { line: 0, character: 0 };

const card: EncoderCard = {
  causes: Object.fromEntries(CAUSES.map((cause) => [cause, { value: "unknown" }])) as Record<Cause, Fact>,
  dimensions: 3,
  maxTokens: null,
  pooling: "mean",
  normalized: true,
  prompts: {},
  parameters: 1,
  layers: 0,
  licence: { value: "MIT" },
};

/** A finished comparison of n segments, in text order: random cosines, or the given condensed ones. */
export function comparisonMessages(n: number, ids: readonly string[], cosines?: () => number[]): ToPanel[] {
  const random = seededRandom(7);
  const outcome = (id: string): ToPanel => ({
    type: "outcome",
    revision: 1,
    outcome: {
      id,
      ok: true,
      result: {
        dimensions: 3,
        similarity: Float32Array.from(cosines?.() ?? Array.from({ length: condensedLength(n) }, random)),
        tokens: new Uint32Array(n).fill(5),
        read: new Float32Array(n).fill(1),
        hasVector: new Uint8Array(n).fill(1),
        ms: 1,
      },
    },
  });
  const chance = { mean: 0, p95: 0.2 };
  return [
    {
      type: "begin",
      revision: 1,
      spec: {
        id: "test",
        title: "sample.ts",
        sources: [{ uri: "file:///sample.ts", path: "sample.ts" }],
        split: "auto",
        encoders: ids.map((id) => ({ id })),
      },
      encoders: ids.map((id) => ({ id, name: id, state: "loaded", card })),
    },
    {
      type: "segments",
      revision: 1,
      segments: Array.from({ length: n }, (_, index) => ({
        document: 0,
        label: `segment ${index}`,
        kind: "function" as const,
        range: { start: position, end: position },
        preview: `text of segment ${index}`,
      })),
    },
    ...ids.map(outcome),
    {
      type: "finished",
      revision: 1,
      clusteredOrder: Uint32Array.from({ length: n }, (_, index) => index),
      agreement: ids.flatMap((a, at) =>
        ids.slice(at + 1).map((b) => ({ a, b, n, debiasedCka: { value: 0.5, chance }, mutualKnn: { value: 0.5, chance, k: 3 } })),
      ),
    },
  ];
}

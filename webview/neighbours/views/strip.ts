import { html, nothing, svg, type TemplateResult } from "lit-html";

import type { ScoreScale } from "../../../src/protocol/neighboursPanel.ts";
import type { Ranked } from "../ranked.ts";
import { scaleWords, signed } from "../words.ts";

const HEIGHT = 26;
/** Room above the bars that only ticks reach into. */
const ABOVE = 4;
/** Room at both ends, so that no tick is cut in half. */
const SIDE = 0.5;

/** Where the hits stand among random pairs: the scale without which a cosine says nothing. */
export function strip(scale: ScoreScale, list: readonly Ranked[], marked: number | null): TemplateResult {
  const { low, high } = domain(scale, list);
  const x = (cosine: number): number => SIDE + ((cosine - low) / (high - low)) * (100 - 2 * SIDE);
  const best = list[0]?.hit.score;
  return html`<div
    class="strip"
    title="90 % of random pairs of this workspace have a cosine from ${signed(scale.p5)} to ${signed(scale.p95)}, half of them below ${signed(scale.median)}. Ticks are the results."
  >
    <svg viewBox="0 0 100 ${HEIGHT}" preserveAspectRatio="none" aria-hidden="true">
      <path class="bars" d=${bars(scale, x)} />
      <path class="base" d="M0 ${HEIGHT - 0.5}H100" />
      ${list.map(({ hit }) =>
        hit.text === marked ? nothing : svg`<path class="tick" d="M${x(hit.score)} ${ABOVE}V${HEIGHT}" />`,
      )}
      ${list.map(({ hit }) => (hit.text === marked ? svg`<path class="tick on" d="M${x(hit.score)} 0V${HEIGHT}" />` : nothing))}
    </svg>
    <div>
      <span>${signed(low)}</span><span>${scaleWords(scale)}</span><span>${best === undefined ? nothing : signed(high)}</span>
    </div>
  </div>`;
}

/** Less than this of a scale would show nothing. */
const LEAST_WIDTH = 0.01;

/** All random pairs, and all hits. */
function domain(scale: ScoreScale, list: readonly Ranked[]): { low: number; high: number } {
  const scores = list.map(({ hit }) => hit.score);
  const low = Math.min(scale.low, ...scores);
  return { low, high: Math.max(scale.high, low + LEAST_WIDTH, ...scores) };
}

/** All bars as one path. */
function bars({ low, high, histogram }: ScoreScale, x: (cosine: number) => number): string {
  const width = (high - low) / histogram.length;
  const most = Math.max(...histogram, 1);
  return histogram
    .flatMap((pairs, bin) => {
      if (pairs === 0) return [];
      const [from, to] = [x(low + bin * width), x(low + (bin + 1) * width)];
      // A hair of room between bars, and a trace of even the rarest.
      const gap = (to - from) * 0.12;
      const top = HEIGHT - Math.max(1, (pairs / most) * (HEIGHT - ABOVE));
      return `M${(from + gap).toFixed(2)} ${HEIGHT}V${top.toFixed(2)}H${(to - gap).toFixed(2)}V${HEIGHT}Z`;
    })
    .join("");
}

interface Panel {
  readonly unit: string;
  /** Points are [segments, value]. */
  readonly series: readonly { readonly name: string; readonly points: readonly (readonly [number, number])[] }[];
}

const WIDTH = 720;
const HEIGHT = 320;
const PANEL = { width: 270, top: 62, bottom: 262 };
/** Segments on the x axis, from 10 to this power to 10 to that. */
const [FEWEST, MOST] = [3, 6];
/** Greys and colours that are told apart on white and on near black. */
const INK = "#777";
const COLOURS = ["#2f81d6", "#c8701a"];

/** Two panels beside each other, all axes logarithmic, as an SVG document that needs no style from its page. */
export function scalePlot(left: Panel, right: Panel): string {
  const label = `Left ${left.unit}, right ${right.unit}, over the number of segments; all axes logarithmic`;
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${String(WIDTH)} ${String(HEIGHT)}" role="img" aria-label="${label}" font-family="system-ui, sans-serif" font-size="12">
${[...panel(left, 60), ...panel(right, 430)].join("\n")}
</svg>
`;
}

function panel({ unit, series }: Panel, left: number): string[] {
  const values = series.flatMap(({ points }) => points.map(([, value]) => Math.log10(value)));
  const [low, high] = [Math.floor(Math.min(...values)), Math.ceil(Math.max(...values))];
  const x = (power: number): number => left + ((power - FEWEST) / (MOST - FEWEST)) * PANEL.width;
  const y = (power: number): number => PANEL.bottom - ((power - low) / (high - low)) * (PANEL.bottom - PANEL.top);
  const text = (at: number, line: number, anchor: string, words: string): string =>
    `<text x="${at.toFixed(1)}" y="${line.toFixed(1)}" text-anchor="${anchor}" fill="${INK}">${words}</text>`;
  const out: string[] = [];
  for (let power = low; power <= high; power++) {
    out.push(`<path d="M${String(left)} ${y(power).toFixed(1)}h${String(PANEL.width)}" stroke="${INK}" stroke-opacity=".35"/>`);
    out.push(text(left - 6, y(power) + 4, "end", `${String(Number(`1e${String(power)}`))} ${unit}`));
  }
  for (const [at, words] of ["1k", "10k", "100k", "1M"].entries())
    out.push(text(x(FEWEST + at), PANEL.bottom + 20, "middle", words));
  out.push(text(left + PANEL.width / 2, PANEL.bottom + 42, "middle", "segments"));
  for (const [at, { name, points }] of series.entries()) {
    const colour = COLOURS[at]!;
    const places = points.map(([count, value]) => [x(Math.log10(count)).toFixed(1), y(Math.log10(value)).toFixed(1)] as const);
    const line = places.map((place) => place.join(" ")).join("L");
    out.push(`<path d="M${line}" fill="none" stroke="${colour}" stroke-width="2"/>`);
    for (const [cx, cy] of places) out.push(`<circle cx="${cx}" cy="${cy}" r="3.5" fill="${colour}"/>`);
    out.push(`<circle cx="${String(left + 6)}" cy="${String(16 + 18 * at)}" r="4" fill="${colour}"/>`);
    out.push(text(left + 16, 20 + 18 * at, "start", `${name}, ${unit}`));
  }
  return out;
}

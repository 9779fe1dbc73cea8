import { shownOrder, type State } from "../state.ts";
import { at, css, currentTheme, differenceRamp, similarityRamp, textOn } from "./colour.ts";
import { distributionOf, resultOf, scoreOf } from "./derive.ts";
import { drawCrosshair, drawHeatmap, drawLegend, type CellValue } from "./heatmap.ts";

const BINS = 32;

/** Whether what the heatmaps show differs between two states, hover aside. */
export const cellsDiffer = (a: State, b: State): boolean =>
  a.columns !== b.columns || a.view !== b.view || a.clusteredOrder !== b.clusteredOrder || a.segments !== b.segments;

/** Fills in what templates cannot say under a strict policy: pixels, and sizes that follow from data. */
export function draw(root: HTMLElement, state: State, cellsToo: boolean): void {
  const theme = currentTheme();
  const order = shownOrder(state);
  const ramp = similarityRamp(theme);
  if (cellsToo)
    for (const plot of root.querySelectorAll<HTMLElement>(".plot[data-encoder]")) {
      const id = plot.dataset["encoder"]!;
      const difference = state.view.difference !== null && state.view.difference !== id;
      const colours = difference ? differenceRamp(theme) : ramp;
      drawHeatmap(plot.querySelector<HTMLCanvasElement>(".cells")!, order, valueOf(state, id), colours, theme);
      const result = resultOf(state, id)!;
      const { histogram, min, max, percentile } = distributionOf(result, state.segments.length);
      const colourAt = (bin: number): number => {
        const share = (bin + 0.5) / BINS;
        return difference || state.view.scale === "cosine" ? share : percentile(min + share * (max - min));
      };
      const legend = root.querySelector<HTMLCanvasElement>(`[data-legend="${CSS.escape(id)}"]`)!;
      drawLegend(legend, histogram(BINS), colours, css(theme.dark ? [110, 110, 110] : [170, 170, 170]), colourAt);
    }
  for (const cross of root.querySelectorAll<HTMLCanvasElement>(".plot[data-encoder] .cross"))
    drawCrosshair(cross, order, state.cell, state.segment);
  placeLabels(root);
  for (const bar of root.querySelectorAll<HTMLElement>("[data-share]"))
    bar.style.width = `${Number(bar.dataset["share"]) * 100}%`;
  for (const cell of root.querySelectorAll<HTMLElement>("[data-value]")) {
    const colour = at(ramp, Number(cell.dataset["value"]));
    cell.style.backgroundColor = css(colour);
    cell.style.color = textOn(colour);
  }
}

/** Pixels between two labels that do not touch. */
const LABEL_HEIGHT = 11;

/** Labels stand beside their rows of the first heatmap. Those that would touch are left out, the marked ones never. */
function placeLabels(root: HTMLElement): void {
  const first = root.querySelector<HTMLElement>(".plot");
  const labels = root.querySelector<HTMLElement>(".labels");
  if (first === null || labels === null) return;
  const height = first.clientHeight;
  labels.style.height = `${height}px`;
  const all = [...labels.querySelectorAll<HTMLElement>("[data-place]")].map((label) => ({
    label,
    y: Number(label.dataset["place"]) * height,
    isMarked: label.classList.contains("on"),
  }));
  const taken = all.filter(({ isMarked }) => isMarked).map(({ y }) => y);
  for (const { label, y, isMarked } of all) {
    label.style.top = `${y}px`;
    label.hidden = !isMarked && taken.some((other) => Math.abs(other - y) < LABEL_HEIGHT);
    if (!label.hidden && !isMarked) taken.push(y);
  }
}

/** 0 … 1 for a pair: percentile, cosine within the encoder's own range, or half the difference of percentiles around ½. */
function valueOf(state: State, id: string): CellValue {
  const { difference, scale } = state.view;
  if (difference !== null && difference !== id)
    return (i, j) => {
      const [own, other] = [scoreOf(state, id, i, j), scoreOf(state, difference, i, j)];
      return own === undefined || other === undefined ? undefined : (own.percentile - other.percentile + 1) / 2;
    };
  const { min, max } = distributionOf(resultOf(state, id)!, state.segments.length);
  return (i, j) => {
    const score = scoreOf(state, id, i, j);
    if (score === undefined) return undefined;
    return scale === "percentile" ? score.percentile : (score.cosine - min) / (max - min || 1);
  };
}

import type { Precision } from "../../core/encoders/card.ts";
import type { Tensor } from "../formats/safetensors.ts";
import { Graph, type OnnxModel } from "./graph.ts";

/** Pixels of an image along each side, and what comes of it. */
const SIDE = 224;
const FEATURES = 1280;

/** The stages of the network: expansion, channels, blocks, stride of the first. Source: https://arxiv.org/abs/1801.04381, table 2. */
const STAGES = [
  { expansion: 1, channels: 16, blocks: 1, stride: 1 },
  { expansion: 6, channels: 24, blocks: 2, stride: 2 },
  { expansion: 6, channels: 32, blocks: 3, stride: 2 },
  { expansion: 6, channels: 64, blocks: 4, stride: 2 },
  { expansion: 6, channels: 96, blocks: 3, stride: 1 },
  { expansion: 6, channels: 160, blocks: 3, stride: 2 },
  { expansion: 6, channels: 320, blocks: 1, stride: 1 },
] as const;
const FIRST_CHANNELS = 32;

/** What PyTorch adds to variances. */
const EPSILON = 1e-5;

/**
 * MobileNetV2 without its classifier: pixel_values [batch, 3, 224, 224] → image_embeds [batch, 1280], the mean of the last
 * features over the image. Batch normalisation is folded into the convolutions. Weights by their names in torchvision.
 */
export function mobilenetGraph(tensors: ReadonlyMap<string, Tensor>, precision: Precision, note: string): OnnxModel {
  const graph = new Graph(precision);

  const convolve = (x: string, name: string, norm: string, { stride = 1, groups = 1, bounded = true } = {}): string => {
    const { shape, weight, bias } = folded(tensors, name, norm);
    const side = shape[2]!;
    const attributes = {
      kernel_shape: [side, side],
      strides: [stride, stride],
      pads: Array<number>(4).fill(Math.floor(side / 2)),
      group: groups,
    };
    const sum = graph.op("Conv", [x, graph.weights(name, shape, weight), graph.vector(`${name}.bias`, bias)], attributes);
    return bounded ? graph.op("Clip", [sum, graph.scalar(0), graph.scalar(6)]) : sum;
  };

  let x = convolve("pixel_values", "features.0.0", "features.0.1", { stride: 2 });
  let channels: number = FIRST_CHANNELS;
  let index = 1;
  for (const stage of STAGES)
    for (let block = 0; block < stage.blocks; block++, index++) {
      const name = `features.${String(index)}.conv`;
      const stride = block === 0 ? stage.stride : 1;
      const expands = stage.expansion > 1;
      const next = expands ? 1 : 0;
      let y = expands ? convolve(x, `${name}.0.0`, `${name}.0.1`) : x;
      const groups = channels * stage.expansion;
      y = convolve(y, `${name}.${String(next)}.0`, `${name}.${String(next)}.1`, { stride, groups });
      y = convolve(y, `${name}.${String(next + 1)}`, `${name}.${String(next + 2)}`, { bounded: false });
      x = stride === 1 && channels === stage.channels ? graph.op("Add", [x, y]) : y;
      channels = stage.channels;
    }
  x = convolve(x, `features.${String(index)}.0`, `features.${String(index)}.1`);
  graph.op("Flatten", [graph.op("GlobalAveragePool", [x])], { axis: 1 }, "image_embeds");
  return graph.finish(
    [{ name: "pixel_values", type: "float", dims: ["batch", 3, SIDE, SIDE] }],
    [{ name: "image_embeds", type: "float", dims: ["batch", FEATURES] }],
    note,
  );
}

/** A convolution with the batch normalisation that follows it: its weights scaled, and a bias. Computed in double precision. */
function folded(tensors: ReadonlyMap<string, Tensor>, name: string, norm: string) {
  const tensor = (of: string): Tensor => {
    const found = tensors.get(of);
    if (found === undefined) throw new Error(`no tensor ${of}`);
    return found;
  };
  const { shape, data } = tensor(`${name}.weight`);
  const [scale, shift] = [tensor(`${norm}.weight`).data, tensor(`${norm}.bias`).data];
  const [mean, variance] = [tensor(`${norm}.running_mean`).data, tensor(`${norm}.running_var`).data];
  const factors = Float64Array.from(scale, (value, out) => value / Math.sqrt(variance[out]! + EPSILON));
  const perOutput = data.length / factors.length;
  return {
    shape,
    weight: Float32Array.from(data, (value, at) => value * factors[Math.floor(at / perOutput)]!),
    bias: Float32Array.from(shift, (value, out) => value - mean[out]! * factors[out]!),
  };
}

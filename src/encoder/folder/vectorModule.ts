import path from "node:path";

import * as v from "valibot";

import { badModel } from "../../protocol/errors.ts";
import { readSafetensors, type Tensor } from "../formats/safetensors.ts";
import { isThere, readModelFile, readSettings } from "../modelFile.ts";
import { ACTIVATIONS, type Activation, type VectorModule } from "../vectorModules.ts";
import { fileOf } from "./place.ts";

/** A module that comes after pooling, or undefined for a kind that is none of those. Throws `badModel`. */
export function readVectorModule(folder: string, place: string, kind: string): VectorModule | "nothing" | undefined {
  switch (kind) {
    case "Normalize":
      checkNames(folder, place, readSettings(folder, fileOf(place, CONFIG), NAMES) ?? {});
      return { kind: "normalize", place };
    case "Dense":
      return readDense(folder, place);
    case "LayerNorm":
      return readLayerNorm(folder, place);
    // It drops nothing outside training.
    case "Dropout":
      return "nothing";
    default:
      return undefined;
  }
}

const CONFIG = "config.json";
const SAFETENSORS = "model.safetensors";
const PICKLED = "pytorch_model.bin";

/** No such module is wider; it also bounds how long one takes. */
const MOST = 1 << 16;
const SIZE = v.pipe(v.number(), v.integer(), v.minValue(1), v.maxValue(MOST));
/** Since version 5.2 modules may be told what they work on. */
const NAMES = v.looseObject({ module_input_name: v.nullish(v.string()), module_output_name: v.nullish(v.string()) });
const DENSE = v.looseObject({
  ...NAMES.entries,
  in_features: SIZE,
  out_features: SIZE,
  bias: v.optional(v.boolean(), true),
  activation_function: v.optional(v.string(), "torch.nn.modules.activation.Tanh"),
  use_residual: v.optional(v.boolean(), false),
});
const LAYER_NORM = v.looseObject({ dimension: SIZE });

function readDense(folder: string, place: string): VectorModule {
  const config = readSettings(folder, fileOf(place, CONFIG), DENSE);
  const file = path.join(folder, fileOf(place, CONFIG));
  if (config === undefined) throw badModel(file, "it is not there");
  checkNames(folder, place, config);
  const { in_features: from, out_features: to, use_residual: residual } = config;
  const activation = activationOf(config.activation_function);
  if (activation === undefined)
    throw badModel(file, `its activation_function ${JSON.stringify(config.activation_function.slice(0, 100))} is not known here`);
  const tensor = readTensors(folder, place);
  return {
    kind: "dense",
    place,
    from,
    to,
    weight: tensor("linear.weight", [to, from]),
    bias: config.bias ? tensor("linear.bias", [to]) : undefined,
    activation,
    residual: !residual ? undefined : from === to ? "input" : tensor("residual.weight", [to, from]),
  };
}

function readLayerNorm(folder: string, place: string): VectorModule {
  const config = readSettings(folder, fileOf(place, CONFIG), LAYER_NORM);
  if (config === undefined) throw badModel(path.join(folder, fileOf(place, CONFIG)), "it is not there");
  const { dimension: width } = config;
  const tensor = readTensors(folder, place);
  return { kind: "layerNorm", place, width, weight: tensor("norm.weight", [width]), bias: tensor("norm.bias", [width]) };
}

/** Only PyTorch's own classes: any other path is code of the publisher's. */
function activationOf(named: string): Activation | undefined {
  const name = /^torch\.nn\.(?:modules\.(?:activation|linear)\.)?(\w+)$/.exec(named)?.[1];
  return (Object.keys(ACTIVATIONS) as Activation[]).find((one) => one === name);
}

function checkNames(
  folder: string,
  place: string,
  { module_input_name: input, module_output_name: output }: v.InferOutput<typeof NAMES>,
): void {
  for (const name of [input, output])
    if (name !== undefined && name !== null && name !== VECTOR)
      throw badModel(
        path.join(folder, fileOf(place, CONFIG)),
        `it works on ${JSON.stringify(name.slice(0, 60))}; only modules that work on ${VECTOR} are read here`,
      );
}

const VECTOR = "sentence_embedding";

/** Gives the module's weights by name, each of the shape that its settings ask for. */
function readTensors(folder: string, place: string): (name: string, shape: readonly number[]) => Float32Array {
  const file = path.join(folder, fileOf(place, SAFETENSORS));
  if (!isThere(file)) {
    const pickled = path.join(folder, fileOf(place, PICKLED));
    if (isThere(pickled)) throw badModel(pickled, `such files can run code, and there is no ${SAFETENSORS} beside it`);
    throw badModel(file, "it is not there");
  }
  const bytes = readModelFile(file, folder);
  let tensors: Map<string, Tensor>;
  try {
    tensors = readSafetensors(bytes);
  } catch (error) {
    throw badModel(file, error instanceof Error ? error.message : String(error));
  }
  return (name, shape) => {
    const tensor = tensors.get(name);
    if (tensor === undefined) throw badModel(file, `it has no tensor ${name}`);
    if (tensor.shape.join() !== shape.join())
      throw badModel(file, `its ${name} is [${tensor.shape.join(", ")}], but ${CONFIG} says [${shape.join(", ")}]`);
    if (!tensor.data.every(Number.isFinite)) throw badModel(file, `its ${name} holds numbers that are none`);
    return tensor.data;
  };
}

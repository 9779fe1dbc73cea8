import { mobilenetGraph } from "../../encoder/onnx/mobilenet.ts";
import { json, models, type Build } from "./modelFiles.ts";
import { readTorchFile } from "./torchFile.ts";

/** MobileNetV2 by the weights of torchvision, without its classifier. */
export const mobilenet: Build = async (manifest, source) => {
  const tensors = readTorchFile(await source("weights"));
  return {
    ...models(manifest, (precision, note) => mobilenetGraph(tensors, precision, note)),
    "config.json": json(manifest.config),
    "preprocessor_config.json": json(manifest.preprocessing),
  };
};

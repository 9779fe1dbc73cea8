import type { EncodeImagesResult, ModelKey } from "../protocol/encoder.ts";
import { badModel, badRequest } from "../protocol/errors.ts";
import { readWeights } from "./folder/weightsFile.ts";
import { createSession, runFor, widthOf, type Runtime } from "./session.ts";

export interface ImageModel {
  /** Images one by one, so that a vector does not depend on what else is encoded. */
  encode(pixels: Float32Array, stopped: () => boolean): Promise<EncodeImagesResult>;
}

const INPUT = "pixel_values";
const OUTPUT = "image_embeds";

/** Opens the graph of an image encoder: pixel_values [batch, channels, height, width] → image_embeds [batch, dimensions]. */
export async function openImageModel(runtime: Runtime, { folder, precision }: ModelKey): Promise<ImageModel> {
  const { onnx } = readWeights(folder, precision);
  const session = await createSession(runtime, onnx);
  const input = session.inputMetadata.find(({ name }) => name === INPUT);
  const dimensions = widthOf(session, OUTPUT);
  if (input?.isTensor !== true || session.inputNames.length !== 1 || dimensions === undefined)
    throw badModel(onnx, `it does not turn ${INPUT} into ${OUTPUT}`);
  const shape = input.shape.slice(1).map(Number);
  const size = shape.reduce((product, side) => product * side, 1);
  if (shape.length !== 3 || !Number.isSafeInteger(size) || size <= 0) throw badModel(onnx, "the size of its images is not fixed");
  return {
    encode: async (pixels, stopped) => {
      const images = pixels.length / size;
      if (!Number.isInteger(images)) throw badRequest(`Images for this encoder are ${shape.join(" × ")} numbers each.`);
      const vectors = new Float32Array(images * dimensions);
      for (let image = 0; image < images && !stopped(); image++) {
        const one = pixels.slice(image * size, (image + 1) * size);
        const feeds = { [INPUT]: new runtime.Tensor("float32", one, [1, ...shape]) };
        const [vector] = await runFor(session, onnx, feeds, [OUTPUT]);
        if (vector?.length !== dimensions) throw badModel(onnx, `its ${OUTPUT} is not of the width it states`);
        vectors.set(vector, image * dimensions);
      }
      if (!vectors.every(Number.isFinite)) throw badModel(onnx, "it gave numbers that are none");
      return { dimensions, vectors };
    },
  };
}

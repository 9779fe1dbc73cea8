import { createVectorMatrix } from "./floatMatrix.ts";
import { createKernels } from "./kernels.ts";
import type { VectorMatrix } from "./vectorMatrix.ts";

/** Makes an empty matrix for vectors of so many dimensions. */
export type CreateMatrix = (dimensions: number) => VectorMatrix;

/** Matrices that share the kernels of one folder. */
export function createMatrices(kernelFolder: string): CreateMatrix {
  const kernels = createKernels(kernelFolder);
  return (dimensions) => createVectorMatrix(kernels, dimensions);
}

import { createVectorMatrix } from "./floatMatrix.ts";
import { createKernels } from "./kernels.ts";
import { createQuantisedMatrix, type ExactVectors } from "./quantisedMatrix.ts";
import type { VectorMatrix } from "./vectorMatrix.ts";

/** Makes empty matrices for vectors of so many dimensions; all that are made share the kernels of one folder. */
export function createMatrices(kernelFolder: string): (dimensions: number) => VectorMatrix {
  const kernels = createKernels(kernelFolder);
  return (dimensions) => createVectorMatrix(kernels, dimensions);
}

/** The same for vectors that are kept as bytes, and ranked by the exact ones that `exact` reads. */
export function createQuantisedMatrices(kernelFolder: string): (dimensions: number, exact: ExactVectors) => VectorMatrix {
  const kernels = createKernels(kernelFolder);
  return (dimensions, exact) => createQuantisedMatrix(kernels, dimensions, exact);
}

import type { EmbedResult, EncoderChoice } from "../../protocol/engine.ts";
import type { EmbedOptions } from "../embed.ts";
import type { VectorMatrix } from "../kernels/vectorMatrix.ts";
import type { LocalIndex } from "../store/localIndex.ts";

/** What searching needs of the engine. */
export interface SearchParts {
  readonly index: LocalIndex;
  readonly embed: (options: EmbedOptions) => Promise<EmbedResult>;
  /** An encoder's vectors of this workspace. */
  readonly matrixOf: (choice: EncoderChoice) => Promise<VectorMatrix>;
}

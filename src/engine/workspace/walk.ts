import type { CancellationToken } from "../../core/base/cancellation.ts";
import type { Skipped } from "../../protocol/workspace.ts";

export interface WalkOptions {
  readonly folders: readonly { readonly path: string; readonly name: string }[];
  /** Globs, as in the editor's `files.exclude`. */
  readonly exclude: readonly string[];
}

/** A file that may be text: neither ignored nor excluded, secret, too large, a link that leads out, or no plain file. */
export interface WalkedFile {
  readonly file: string;
  readonly path: string;
  readonly size: number;
  readonly mtimeMs: number;
}

export interface WalkResult {
  /** In the order of their paths. */
  readonly files: readonly WalkedFile[];
  readonly skipped: readonly Skipped[];
}

export type Walk = (options: WalkOptions, token: CancellationToken, only?: readonly string[]) => Promise<WalkResult>;

/** What is asked of the engine about encoders that are not on this machine yet. It reaches out only when one of these is asked. */
import type { Precision } from "../core/encoders/card.ts";
import { request } from "./contract.ts";

/** How a model hub is reached. The caller reads environment and secrets: the engine's own environment holds none of them. */
export interface HubAccess {
  /** The hub's address; https, or http on this machine itself. */
  readonly endpoint: string;
  /** Folder of the cache shared with the Python tools, absolute. */
  readonly cache: string;
  /** Sent to the endpoint's origin and to no other. */
  readonly token?: string;
  readonly proxy?: HubProxy;
  /** Certificates to trust besides this system's own, PEM. */
  readonly certificates?: string;
  readonly patience?: HubPatience;
}

/** As in HTTPS_PROXY, HTTP_PROXY and NO_PROXY. */
export interface HubProxy {
  readonly https?: string;
  readonly http?: string;
  readonly no?: string;
}

/** How long the hub is waited for; tests shorten it. */
export interface HubPatience {
  /** Silence after which a connection is given up. */
  readonly stallMs: number;
  /** Wait before the second try; it doubles with each further one. */
  readonly backOffMs: number;
}

/** Where the hub is unless somebody says otherwise. */
export const DEFAULT_HUB = "https://huggingface.co";

/** A repository at a revision: "main", a branch, a tag or a commit. */
export interface RepositoryChoice {
  /** owner/name, or a name alone. */
  readonly repository: string;
  readonly revision?: string;
}

export interface HubFile {
  /** In the repository, with forward slashes. */
  readonly path: string;
  readonly bytes: number;
}

/** Weights that can be chosen, and what comes with them. */
export interface HubWeights extends HubFile {
  readonly precision: Precision | "other";
  /** All that is fetched with this choice. */
  readonly files: readonly HubFile[];
}

/** A repository as it stands at one commit: shown before anything is fetched. */
export interface RepositoryDescription {
  readonly repository: string;
  /** 40 hexadecimal digits. */
  readonly commit: string;
  /** As its owner writes it; "unknown" when the owner does not say. */
  readonly licence: string;
  readonly tags: readonly string[];
  /** The owner grants access on request. */
  readonly gated: boolean;
  /** Weights that an encoder can be made of, the one taken by default first. */
  readonly weights: readonly HubWeights[];
}
export const describeRepository = request<{ readonly access: HubAccess } & RepositoryChoice, RepositoryDescription>(
  "describeRepository",
);

export interface HubHit {
  readonly repository: string;
  readonly downloads: number;
  readonly tags: readonly string[];
}
/** Repositories whose id holds the words, most downloaded first. */
export const searchHub = request<{ readonly access: HubAccess; readonly query: string }, readonly HubHit[]>("searchHub");

export interface ImportTarget {
  /** Folder whose sub-folders are encoders, absolute; it must be one of those the engine was told of. */
  readonly folder: string;
  /** Weights to take where there are several. */
  readonly file?: string;
  /** Passed back in `progress`, as `import`. */
  readonly progressToken?: string;
}

export interface ImportResult {
  /** Of the encoder, for every other request. */
  readonly id: string;
  readonly folder: string;
  /** false when the same encoder was there already. */
  readonly added: boolean;
}

/** Fetches what an encoder needs, tries it in a process of its own and keeps it. Leaves nothing half done. */
export const importFromHub = request<{ readonly access: HubAccess } & RepositoryChoice & ImportTarget, ImportResult>(
  "importFromHub",
);

/** A folder in the layout of sentence-transformers, or a bare .onnx with a tokenizer.json beside it; absolute. It is copied. */
export const importFromPath = request<{ readonly path: string } & ImportTarget, ImportResult>("importFromPath");

/** How far an import is. `fetching` counts bytes of all files, those that were there already included. */
export interface ImportProgress {
  readonly kind: "import";
  /** `waiting`: another process fetches the same; `done` then is what it has. `building`: ONNX from other weights. */
  readonly phase: "asking" | "waiting" | "fetching" | "building" | "trying";
  readonly done: number;
  readonly total: number;
}

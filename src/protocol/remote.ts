/** What is asked of the engine about encoders that run on a server. Nothing is sent to one before {@link allowRemote} names its origin. */
import type { SplitMode } from "../core/text/segment.ts";
import { request } from "./contract.ts";
import type { EncoderChoice, SourceDocument } from "./engine.ts";
import type { HubPatience, HubProxy } from "./hub.ts";

/** `openai`: POST …/embeddings as OpenAI has it; `kserve`: the Open Inference Protocol, also known as KServe v2. */
export const REMOTE_PROTOCOLS = ["openai", "kserve"] as const;
export type RemoteProtocol = (typeof REMOTE_PROTOCOLS)[number];

/** A model on a server. */
export interface RemoteModel {
  readonly protocol: RemoteProtocol;
  /** What the protocol's own paths are put behind; https, or http on this machine itself. */
  readonly url: string;
  /** The model's name on that server. */
  readonly model: string;
}

/** What people see of a remote encoder beside its card. */
export interface RemoteInfo {
  readonly protocol: RemoteProtocol;
  readonly origin: string;
  readonly model: string;
  /** When its vectors were last taken down to be compared with, as YYYY-MM-DD. */
  readonly since: string;
}

/** A server that the user agreed to send this workspace's texts to. */
export interface RemoteConsent {
  /** scheme://host:port as in `URL.origin`. */
  readonly origin: string;
  /** Sent to this origin and to no other. */
  readonly key?: string;
}

/** Takes the place of what was allowed before. */
export interface AllowRemoteParams {
  readonly allowed: readonly RemoteConsent[];
  readonly proxy?: HubProxy;
  /** Certificates to trust besides this system's own, PEM. */
  readonly certificates?: string;
  readonly patience?: HubPatience;
}
export const allowRemote = request<AllowRemoteParams, null>("allowRemote");

export interface AddRemoteParams extends RemoteModel {
  /** Wished id; otherwise one that is made of model and host. */
  readonly id?: string;
  /** Folder whose sub-folders are encoders, absolute; it must be one of those the engine was told of. */
  readonly folder: string;
  /** Consent to these sentences alone, with the key for them; absent: the origin must be among those of {@link allowRemote}. */
  readonly consent?: RemoteConsent;
}
export interface AddRemoteResult {
  readonly id: string;
  readonly folder: string;
  /** false when the same encoder was there already and gives the same vectors. */
  readonly added: boolean;
}
/** Sends a few fixed sentences, none of the user's, and keeps what they tell of the encoder. */
export const addRemoteEncoder = request<AddRemoteParams, AddRemoteResult>("addRemoteEncoder");

/** What would be embedded. */
export type Sendable =
  | { readonly kind: "texts"; readonly texts: readonly string[] }
  | { readonly kind: "documents"; readonly documents: readonly SourceDocument[]; readonly split: SplitMode }
  /** The texts of the open index that an encoder has no vector for. */
  | { readonly kind: "index" };

/** What one server would be sent at most: equal texts count once for each of its models. */
export interface Sending {
  readonly origin: string;
  readonly models: readonly string[];
  readonly texts: number;
  /** UTF-16 code units. */
  readonly characters: number;
  /** Whether the origin is among those of {@link allowRemote}. */
  readonly allowed: boolean;
}
/** Sends nothing. One entry per server that the remote ones of these encoders run on. */
export const measureSending = request<
  { readonly encoders: readonly EncoderChoice[]; readonly what: Sendable },
  readonly Sending[]
>("measureSending");

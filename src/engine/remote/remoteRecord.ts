import { createHash } from "node:crypto";

import * as v from "valibot";

import { badRequest } from "../../protocol/errors.ts";
import { REMOTE_PROTOCOLS, type RemoteModel, type RemoteProtocol } from "../../protocol/remote.ts";
import { remoteInsecure } from "../../protocol/remoteErrors.ts";
import { floatsOf } from "../base64Floats.ts";
import { isLinkLocal, isLoopback, printable } from "../hub/hubAddress.ts";

/** The names that a model of the Open Inference Protocol gives its tensors. */
export interface Tensors {
  readonly input: string;
  /** 1: [texts]; 2: [texts, 1]. */
  readonly rank: 1 | 2;
  readonly output: string;
}

/** What encoder.json of a remote encoder says in place of weights. */
export interface RemoteRecord extends RemoteModel {
  /** For `kserve`. */
  readonly tensors?: Tensors | undefined;
  /** Vector of the first of {@link PROBES} when the encoder was added, float32 in base64: a server may exchange a model unseen. */
  readonly probe: string;
  /** The day of the probe, as YYYY-MM-DD. */
  readonly since: string;
}

export const REMOTE_RECORD = v.object({
  protocol: v.picklist(REMOTE_PROTOCOLS),
  url: v.string(),
  model: v.pipe(v.string(), v.nonEmpty()),
  tensors: v.exactOptional(v.object({ input: v.string(), rank: v.picklist([1, 2]), output: v.string() })),
  probe: v.pipe(v.string(), v.base64()),
  since: v.string(),
});

/** Sentences of ours, so that trying an encoder sends nothing of anybody's. Of several lengths, which servers pad and sort. */
export const PROBES: readonly string[] = [
  "The quick brown fox jumps over the lazy dog.",
  "Lighthouse",
  "Each spring the river carries melted snow from the mountains to the plain, where farmers wait for it before they sow.",
];

export const probeVector = ({ probe }: RemoteRecord): Float32Array => floatsOf(probe);

/** Of everything that makes a remote encoder's vectors, as far as anybody here can know. */
export const identityOf = ({ protocol, url, model, tensors, probe }: RemoteRecord): string =>
  createHash("sha256")
    .update(JSON.stringify(["remote", protocol, url, model, tensors ?? null, probe]))
    .digest("hex");

/** What people leave at the end of an address because a page showed it so; the protocol puts it there itself. */
const ENDS: Readonly<Record<RemoteProtocol, RegExp>> = { openai: /\/embeddings$/, kserve: /\/v2(\/models.*)?$/ };

/**
 * The address that the protocol's paths are put behind, ending in a slash. Throws `remoteInsecure` for what is not encrypted
 * and not this machine, `badRequest` for what is no address.
 */
export function serverAddress({ protocol, url }: Pick<RemoteModel, "protocol" | "url">): URL {
  const given = URL.parse(url);
  if (given === null) throw badRequest(`${printable(url)} is no address; give one as https://host/path.`);
  const plain = given.username === "" && given.password === "" && given.search === "" && given.hash === "";
  if (!/^https?:$/.test(given.protocol) || !plain || isLinkLocal(given.hostname)) throw remoteInsecure(printable(given.host));
  if (given.protocol !== "https:" && !isLoopback(given.hostname)) throw remoteInsecure(given.origin);
  given.pathname = `${given.pathname.replace(/\/+$/, "").replace(ENDS[protocol], "")}/`;
  return given;
}

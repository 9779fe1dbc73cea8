/** What may go wrong with encoders that run on a server. */
import { failure, type EmbedError } from "./errors.ts";

export const remoteNotAllowed = (origin: string): EmbedError =>
  failure(
    "remoteNotAllowed",
    `You have not agreed to send anything of this workspace to ${origin}.`,
    `In the editor run Compare Embeddings: Allow Remote Encoders; on the command line give --allow-remote ${origin}.`,
  );

export const remoteInsecure = (address: string): EmbedError =>
  failure(
    "remoteInsecure",
    `${address} is not an address that texts are sent to.`,
    "Give the server as https://host; http is for a server on this machine alone. Name, password and query do not belong there.",
  );

export const remoteUntrusted = (host: string, reason: string): EmbedError =>
  failure(
    "remoteInsecure",
    `No encrypted connection to ${host}: ${reason}.`,
    "Its certificate must be one that this system trusts. Behind a proxy that reads along, add the proxy's certificate to the system.",
  );

export const remoteRedirected = (host: string, to: string): EmbedError =>
  failure(
    "remoteInsecure",
    `${host} leads ${to}, which is not followed.`,
    "Check the address of the encoder; a network that asks for a login first does this too.",
  );

export const remoteAway = (host: string, reason: string): EmbedError =>
  failure(
    "remoteAway",
    `${host} cannot be reached: ${reason}.`,
    "See that the server runs, check the network and HTTPS_PROXY, then try again.",
  );

export const remoteBroke = (host: string, reason: string): EmbedError =>
  failure("remoteAway", `The connection to ${host} broke: ${reason}.`, "Try again.");

export const remoteSlow = (host: string, seconds: number): EmbedError =>
  failure(
    "remoteAway",
    `${host} gave no answer within ${String(Math.round(seconds))} s.`,
    "See that the server is not overloaded, then try again.",
  );

export const remoteBusy = (host: string, status: number, waitSeconds?: number): EmbedError =>
  failure(
    "remoteBusy",
    status === 429 ? `${host} wants fewer requests.` : `${host} is out of order: it answered ${String(status)}.`,
    waitSeconds === undefined ? "Try again later." : `Try again in ${String(Math.ceil(waitSeconds))} s.`,
  );

export const remoteKey = (host: string, withKey: boolean): EmbedError =>
  failure(
    "remoteRefused",
    withKey ? `${host} does not take the key.` : `${host} wants a key.`,
    "In the editor run Compare Embeddings: Add Remote Encoder again and give the key; on the command line set COMPARE_EMBEDDINGS_REMOTE_KEY.",
  );

export const remoteMissing = (host: string, model: string, path: string): EmbedError =>
  failure(
    "remoteRefused",
    `${host} has no model ${model} at ${path}.`,
    "Check the address, which for OpenAI's protocol mostly ends in /v1, the protocol, and the model's name on that server.",
  );

export const remoteRefused = (host: string, status: number, reason: string): EmbedError =>
  failure(
    "remoteRefused",
    `${host} refused: it answered ${String(status)}${reason === "" ? "" : ` (${reason})`}.`,
    "Check protocol and model; whoever runs the server can see more in its log.",
  );

/** The server works, but does not take one of these texts. */
export const remoteText = (host: string, status: number, reason: string): EmbedError =>
  failure(
    "remoteText",
    `${host} does not take a text: it answered ${String(status)}${reason === "" ? "" : ` (${reason})`}.`,
    "Mostly it is too long for the model: split into shorter segments.",
  );

export const remoteWrong = (host: string, reason: string): EmbedError =>
  failure(
    "remoteWrong",
    `${host} gave an answer that is none: ${reason}.`,
    "Check protocol and model. Nothing of the answer is used.",
  );

export const remoteChanged = (model: string, host: string, cosine: number): EmbedError =>
  failure(
    "remoteChanged",
    `${model} at ${host} is not the model it was: a fixed sentence has another vector (cosine ${cosine.toFixed(4)}).`,
    "Add the encoder again; what is indexed is then embedded anew, since vectors of two models cannot be compared.",
  );

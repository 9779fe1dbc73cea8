/** What may be wrong with an index that many share. */
import { failure, type EmbedError } from "./errors.ts";

export const sharedAway = (address: string, reason: string): EmbedError =>
  failure(
    "sharedAway",
    `The shared index at ${address} cannot be reached: ${reason}.`,
    "See that the server runs and that the address is host:port as this machine sees it. Sharing again goes on where it ended.",
  );

export const sharedSlow = (address: string, seconds: number): EmbedError =>
  failure(
    "sharedAway",
    `The shared index at ${address} gave no answer within ${String(seconds)} s.`,
    "See that the server runs and is not overloaded, then try again.",
  );

export const sharedRefused = (address: string, reason: string): EmbedError =>
  failure(
    "sharedRefused",
    `The shared index at ${address} refused: ${reason}.`,
    "Set the token that its owner gave you (user:password or a key).",
  );

export const sharedInsecure = (address: string): EmbedError =>
  failure(
    "sharedInsecure",
    `${address} is another machine, and nothing is sent to one unencrypted.`,
    "Switch TLS on for this server; without it the server must run on this machine.",
  );

export const sharedUntrusted = (address: string, reason: string): EmbedError =>
  failure(
    "sharedInsecure",
    `No encrypted connection to ${address}: ${reason}.`,
    "See that the server speaks TLS on this port. Its certificate must be one that this operating system trusts.",
  );

export const sharedFailed = (address: string, reason: string): EmbedError =>
  failure("sharedFailed", `The shared index at ${address} says: ${reason}.`, "Show this to whoever runs the server.");

export const sharedMismatch = (address: string, collection: string, reason: string): EmbedError =>
  failure(
    "sharedFailed",
    `The collection ${collection} at ${address} is not one of ours: ${reason}.`,
    "Ask whoever runs the server to rename or drop it; it is made anew when an index is shared.",
  );

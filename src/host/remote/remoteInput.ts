import { isLoopback } from "../index/serverAddress.ts";

/** Why a person's address of a server is none; undefined when it may be one. The engine judges again before it sends anything. */
export function addressProblem(written: string): string | undefined {
  const url = URL.parse(written.trim());
  if (url === null || !/^https?:$/.test(url.protocol)) return "Give an address as https://host/path.";
  if (url.username !== "" || url.password !== "")
    return "A name or password does not belong into the address; the key is asked for next.";
  if (url.search !== "" || url.hash !== "") return "The address ends before ? and #.";
  if (url.protocol === "http:" && !isThisMachine(url.hostname)) return "http is for a server on this machine alone; use https.";
  return undefined;
}

export const modelProblem = (written: string): string | undefined =>
  written.trim() === "" ? "Give the name that the model has on that server." : undefined;

/** A key is one word of printable characters: anything else would end the header that it is sent in. */
export const keyProblem = (written: string): string | undefined =>
  /^[\x21-\x7e]*$/.test(written.trim()) ? undefined : "A key is one word of plain characters.";

/** As a URL spells it. */
const isThisMachine = (hostname: string): boolean => isLoopback(hostname) || hostname.endsWith(".localhost");

import { isIP } from "node:net";

import { hubInsecure, hubRedirected } from "../../protocol/hubErrors.ts";

/** The hub's address, checked: http(s), encrypted unless it is this machine. Throws `hubInsecure`. */
export function hubAddress(endpoint: string): URL {
  const url = URL.parse(endpoint.endsWith("/") ? endpoint : `${endpoint}/`);
  if (url === null || !isWeb(url) || url.username !== "" || url.search !== "" || isLinkLocal(url.hostname))
    throw hubInsecure(printable(endpoint));
  if (url.protocol !== "https:" && !isLoopback(url.hostname)) throw hubInsecure(url.origin);
  return url;
}

/** An address below the hub's; each part is escaped as a whole. */
export const below = (hub: URL, ...parts: readonly string[]): URL =>
  new URL(parts.map((part) => part.split("/").map(encodeURIComponent).join("/")).join("/"), hub);

export const isRedirect = (status: number): boolean => [301, 302, 303, 307, 308].includes(status);

/**
 * Where a redirect leads. It must stay encrypted, and only a hub on this machine may lead back to this machine: what
 * listens here may trust everything that comes from here. Throws `hubRedirected`.
 */
export function redirectTarget(from: URL, location: string | undefined, hub: URL): URL {
  const to = location === undefined ? null : URL.parse(location, from.href);
  const local = isLoopback(hub.hostname);
  if (to === null) throw hubRedirected(from.host, "to no address");
  if (!isWeb(to)) throw hubRedirected(from.host, `to an address of ${printable(to.protocol)}`);
  if (isLinkLocal(to.hostname)) throw hubRedirected(from.host, "to an address that machines keep for themselves");
  if (isLoopback(to.hostname) && !local) throw hubRedirected(from.host, "to this machine");
  if (to.protocol !== "https:" && !(local && isLoopback(to.hostname)))
    throw hubRedirected(from.host, `to ${to.host} without encryption`);
  return to;
}

/** Of this machine itself, as a URL spells it. */
export function isLoopback(hostname: string): boolean {
  const host = bare(hostname);
  return host === "localhost" || host.endsWith(".localhost") || isLoopbackAddress(host);
}

/** 127.0.0.0/8, ::1, and the same inside IPv6; 0.0.0.0 and :: reach this machine too. */
export const isLoopbackAddress = (address: string): boolean =>
  isIP(address) !== 0 && /^(127\.|0\.0\.0\.0$|::1?$|::ffff:(127\.|7f[0-9a-f]{2}:|0\.0\.0\.0$|0:0$))/i.test(address);

/** 169.254.0.0/16 and fe80::/10: there clouds answer with the machine's own secrets. */
export function isLinkLocal(hostname: string): boolean {
  const host = bare(hostname);
  return isIP(host) !== 0 && /^(169\.254\.|fe[89ab][0-9a-f]:|::ffff:(169\.254\.|a9fe:))/i.test(host);
}

const bare = (hostname: string): string => hostname.replace(/^\[|\]$/g, "").toLowerCase();

const isWeb = (url: URL): boolean => url.protocol === "https:" || url.protocol === "http:";

/** Foreign text in a message: short, and without what a terminal obeys. */
export const printable = (text: string): string => text.replace(/[^\x20-\x7e]/g, "?").slice(0, 100);

import http from "node:http";
import https from "node:https";
import { isIP, type Socket } from "node:net";
import tls from "node:tls";

import type { HubProxy } from "../../protocol/hub.ts";
import { proxyRefused } from "../../protocol/hubErrors.ts";
import { isLoopback } from "./hubAddress.ts";

/** The proxy that an address is reached by, if any. This machine is never reached by one. */
export function proxyFor(url: URL, proxy: HubProxy | undefined): URL | undefined {
  const given = url.protocol === "https:" ? proxy?.https : proxy?.http;
  if (given === undefined || given === "" || isLoopback(url.hostname) || isExempt(url, proxy?.no ?? "")) return undefined;
  const address = URL.parse(given.includes("://") ? given : `http://${given}`);
  if (address === null || !/^https?:$/.test(address.protocol)) throw proxyRefused("", "its address is no http(s) address");
  return address;
}

/** NO_PROXY: names separated by commas, each with all names below it; `*` for every name; a port after a colon. */
function isExempt({ hostname, port, protocol }: URL, list: string): boolean {
  const effective = port === "" ? (protocol === "https:" ? "443" : "80") : port;
  return list
    .toLowerCase()
    .split(/[\s,]+/)
    .filter((entry) => entry !== "")
    .some((entry) => {
      const [, name, wanted] = /^\*?\.?(.*?)(?::(\d+))?$/.exec(entry)!;
      if (wanted !== undefined && wanted !== effective) return false;
      return name === "" || hostname === name || hostname.endsWith(`.${name!}`);
    });
}

/** An encrypted connection to `url` through a tunnel, so that the proxy sees neither path nor token. */
export async function tunnel(url: URL, proxy: URL, certificates: readonly string[], signal: AbortSignal): Promise<tls.TLSSocket> {
  const target = `${url.hostname}:${url.port === "" ? "443" : url.port}`;
  const raw = await connect(proxy, target, certificates, signal);
  return await new Promise((resolve, reject) => {
    const host = url.hostname.replace(/^\[|\]$/g, "");
    // An address is no name to ask a server for, but the certificate must still be for it.
    const socket = tls.connect({ socket: raw, host, servername: isIP(host) === 0 ? host : "", ca: [...certificates] }, () => {
      resolve(socket);
    });
    socket.once("error", reject);
    const abort = (): void => {
      raw.destroy();
      reject(new Error("aborted"));
    };
    signal.addEventListener("abort", abort, { once: true });
    socket.once("close", () => {
      signal.removeEventListener("abort", abort);
    });
  });
}

function connect(proxy: URL, target: string, certificates: readonly string[], signal: AbortSignal): Promise<Socket> {
  const options = {
    method: "CONNECT",
    host: proxy.hostname.replace(/^\[|\]$/g, ""),
    port: proxy.port === "" ? (proxy.protocol === "https:" ? 443 : 80) : Number(proxy.port),
    path: target,
    headers: { host: target, ...proxyAuthorization(proxy) },
    agent: false,
    signal,
  };
  return new Promise((resolve, reject) => {
    const request = proxy.protocol === "https:" ? https.request({ ...options, ca: [...certificates] }) : http.request(options);
    request.once("connect", ({ statusCode }, socket) => {
      if (statusCode === 200) resolve(socket);
      else {
        socket.destroy();
        const reason = statusCode === 407 ? "it wants a name and a password" : `it answered ${String(statusCode)}`;
        reject(proxyRefused(proxy.host, reason));
      }
    });
    request.once("response", (response) => {
      response.destroy();
      reject(proxyRefused(proxy.host, `it answered ${String(response.statusCode)}`));
    });
    request.once("error", reject);
    request.end();
  });
}

/** Name and password of the proxy's own address. */
function proxyAuthorization({ username, password }: URL): Record<string, string> {
  if (username === "") return {};
  const plain = `${decodeURIComponent(username)}:${decodeURIComponent(password)}`;
  return { "proxy-authorization": `Basic ${Buffer.from(plain).toString("base64")}` };
}

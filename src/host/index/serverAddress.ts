/** host:port of what a person wrote: a scheme, a path or spaces around it are dropped. */
export const serverName = (written: string): string =>
  written
    .trim()
    .replace(/^[a-z]+:\/\//i, "")
    .replace(/[/?#].*$/, "");

/** Whether the server is this machine itself; nothing else may be spoken to in the clear. */
export function isLoopback(name: string): boolean {
  const host = name.startsWith("[") ? name.slice(1, name.indexOf("]")) : name.replace(/:\d+$/, "");
  return host === "localhost" || host === "::1" || /^127(\.\d{1,3}){3}$/.test(host);
}

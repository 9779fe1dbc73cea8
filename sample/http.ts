/** Reads the header line of a message and splits it into name and value. */
export function parseHeader(line: string): [name: string, value: string] {
  const colon = line.indexOf(":");
  return [line.slice(0, colon).trim().toLowerCase(), line.slice(colon + 1).trim()];
}

/** Collects all headers up to the first empty line. */
export function readHeaders(lines: Iterator<string>): Map<string, string> {
  const headers = new Map<string, string>();
  for (let next = lines.next(); !next.done && next.value !== ""; next = lines.next()) headers.set(...parseHeader(next.value));
  return headers;
}

/** An error that carries the status code of a response. */
export class HttpError extends Error {
  readonly status: number;

  constructor(status: number) {
    super(`HTTP ${status}`);
    this.status = status;
  }
}

/** Gets a URL and parses the answer as JSON; fails on a bad status. */
export async function fetchJson(url: string): Promise<unknown> {
  const response = await fetch(url);
  if (!response.ok) throw new HttpError(response.status);
  return response.json();
}

/** Calls a function again after a failure, waiting twice as long each time. */
export async function retry<T>(call: () => Promise<T>, times = 3): Promise<T> {
  for (let attempt = 0; ; attempt++)
    try {
      return await call();
    } catch (error) {
      if (attempt === times) throw error;
      await new Promise((resolve) => setTimeout(resolve, 100 * 2 ** attempt));
    }
}

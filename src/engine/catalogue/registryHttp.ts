import type { CatalogueAccess } from "../../protocol/catalogue.ts";
import { registryAway, registryRefused } from "../../protocol/catalogueErrors.ts";
import { hubBroke, hubBusy, hubRedirected, hubSlow, hubUntrusted } from "../../protocol/hubErrors.ts";
import { isLinkLocal, isRedirect, redirectTarget } from "../hub/hubAddress.ts";
import { httpGet, type Answer, type HttpFailures } from "../hub/httpGet.ts";
import { passingAnswer, PATIENCE } from "../hub/persistently.ts";

/** Statuses that a caller may want to see; every other one is an error. */
const EXPECTED = new Set([200, 206, 404, 416]);
/** An index sends to its storage in one step, a mirror in two or three. */
const MAX_REDIRECTS = 5;

/**
 * One GET to a package registry, redirects followed. Name and password in an address go to its own origin and to no other.
 * The status is 200, 206, 404 or 416. Throws `Passing` for what may be better next time.
 */
export async function registryGet(
  address: URL,
  headers: Readonly<Record<string, string>>,
  { hub: { proxy, certificates, patience = PATIENCE } }: CatalogueAccess,
  signal: AbortSignal,
): Promise<Answer> {
  if (isLinkLocal(address.hostname)) throw registryAway(address.host, "it is an address that machines keep for themselves");
  const home = withoutPassword(address);
  let url = home;
  for (let step = 0; step <= MAX_REDIRECTS; step++) {
    const answer = await httpGet(url, {
      hub: home,
      proxy,
      certificates,
      stallMs: patience.stallMs,
      signal,
      failures: FAILURES,
      headers: {
        "user-agent": "compare-embeddings",
        "accept-encoding": "identity",
        ...headers,
        ...(url.origin === home.origin ? authorization(address) : {}),
      },
    });
    if (EXPECTED.has(answer.status)) return answer;
    answer.close();
    if (!isRedirect(answer.status)) throw passingAnswer(answer, hubBusy) ?? registryRefused(answer.url.host, answer.status);
    url = redirectTarget(url, answer.headers.location, home);
  }
  throw hubRedirected(home.host, "in circles");
}

const FAILURES: HttpFailures = {
  insecure: (origin) => registryAway(origin, "it is not encrypted"),
  untrusted: hubUntrusted,
  misled: hubRedirected,
  slow: hubSlow,
  broke: hubBroke,
  away: registryAway,
};

function withoutPassword(address: URL): URL {
  const url = new URL(address);
  url.username = "";
  url.password = "";
  return url;
}

function authorization({ username, password }: URL): Record<string, string> {
  if (username === "") return {};
  const plain = `${decodeURIComponent(username)}:${decodeURIComponent(password)}`;
  return { authorization: `Basic ${Buffer.from(plain).toString("base64")}` };
}

import assert from "node:assert/strict";
import type http from "node:http";
import https from "node:https";
import type { AddressInfo } from "node:net";
import { test } from "node:test";

import { hubAddress, isLinkLocal, isLoopback, redirectTarget } from "../../src/engine/hub/hubAddress.ts";
import { hubClient } from "../../src/engine/hub/hubClient.ts";
import { proxyFor } from "../../src/engine/hub/proxy.ts";
import { retryAfter } from "../../src/engine/hub/persistently.ts";
import { findRepository, isRepositoryId } from "../../src/engine/hub/repository.ts";
import { EmbedError } from "../../src/protocol/errors.ts";
import type { HubAccess } from "../../src/protocol/hub.ts";
import { certificateFor } from "./hub/certificate.ts";
import { startConnectProxy } from "./hub/connectProxy.ts";
import { PATIENCE } from "./hub/fetching.ts";
import { COMMIT, REPOSITORY } from "./hub/hubServer.ts";

const HUB = "hub.example";

/** An encrypted hub that only a proxy knows the way to, and what the proxy was asked. */
async function withProxy(
  body: (access: HubAccess, asked: http.IncomingHttpHeaders[], seen: http.IncomingHttpHeaders[]) => Promise<void>,
) {
  const { certificate, key } = certificateFor(HUB);
  const seen: http.IncomingHttpHeaders[] = [];
  const hub = https.createServer({ cert: certificate, key }, (request, response) => {
    seen.push(request.headers);
    response.end(JSON.stringify({ sha: COMMIT, siblings: [] }));
  });
  await new Promise<void>((resolve) => hub.listen(0, "127.0.0.1", resolve));
  const proxy = await startConnectProxy(() => (hub.address() as AddressInfo).port);
  try {
    await body(
      {
        endpoint: `https://${HUB}`,
        cache: "",
        token: "hf_secret",
        certificates: certificate,
        proxy: { https: proxy.address },
        patience: PATIENCE,
      },
      proxy.asked,
      seen,
    );
  } finally {
    proxy.close();
    hub.closeAllConnections();
    hub.close();
  }
}

const ask = (access: HubAccess): Promise<unknown> =>
  findRepository(hubClient(access), REPOSITORY, "main", new AbortController().signal);
const failsWith = (promise: Promise<unknown>, code: string, pattern: RegExp): Promise<void> =>
  assert.rejects(promise, (error) => {
    assert.ok(error instanceof EmbedError, String(error));
    assert.equal(error.data.code, code);
    assert.match(`${error.message} ${error.data.hint ?? ""}`, pattern);
    assert.doesNotMatch(error.message, /hf_secret|p w|p%20w/);
    return true;
  });

test("a proxy is asked for a tunnel, and sees neither token nor path", () =>
  withProxy(async (access, asked, seen) => {
    await ask(access);
    assert.equal(asked[0]!["target"], `${HUB}:443`);
    assert.doesNotMatch(JSON.stringify(asked), /hf_secret|Bearer/);
    assert.equal(seen[0]!.authorization, "Bearer hf_secret");
    assert.equal(seen[0]!["proxy-authorization"], undefined);
  }));

test("a proxy that wants a password says so; a certificate that nobody vouches for is refused at once", () =>
  withProxy(async (access, asked) => {
    const nameless = access.proxy!.https!.replace("me:p%20w@", "");
    await failsWith(ask({ ...access, proxy: { https: nameless } }), "hubAway", /wants a name and a password/);
    asked.length = 0;
    await failsWith(
      ask({ ...access, certificates: certificateFor("other.example").certificate }),
      "hubInsecure",
      /No encrypted connection.*certificate/,
    );
    assert.equal(asked.length, 1);
  }));

test("which proxy an address is reached by", () => {
  const by = (address: string, no?: string): string | undefined =>
    proxyFor(new URL(address), { https: "p.example:3128", http: "http://q.example", ...(no === undefined ? {} : { no }) })?.host;
  assert.equal(by("https://hub.example/x"), "p.example:3128");
  assert.equal(by("http://hub.example/x"), "q.example");
  assert.equal(by("http://127.0.0.1:80/x"), undefined);
  for (const no of ["*", "hub.example", ".example", "*.example", "a, HUB.example:443", "example"])
    assert.equal(by("https://hub.example/x", no), undefined, no);
  for (const no of ["ub.example", "hub.example:8443", "", "a.hub.example"])
    assert.notEqual(by("https://hub.example/x", no), undefined, no);
  assert.equal(proxyFor(new URL("https://hub.example"), undefined), undefined);
});

test("addresses that nothing is fetched from, and redirects that are not followed", () => {
  for (const address of [
    "http://hub.example",
    "ftp://hub.example",
    "hub.example",
    "https://user:key@hub.example",
    "http://169.254.169.254",
    "",
  ])
    assert.throws(() => hubAddress(address), /is not an address/, address);
  for (const address of ["https://hub.example/mirror", "http://localhost:80", "http://[::1]:8080"]) hubAddress(address);
  const from = new URL("https://hub.example/a/b");
  const follow = (to: string, hub = from): string => redirectTarget(from, to, hub).href;
  assert.equal(follow("../c"), "https://hub.example/c");
  assert.equal(follow("https://cdn.example/x"), "https://cdn.example/x");
  for (const to of [
    "http://hub.example/c",
    "https://127.0.0.1/x",
    "https://localhost/x",
    "https://[::ffff:127.0.0.1]/",
    "https://0.0.0.0/",
    "https://169.254.1.1/",
  ])
    assert.throws(() => follow(to), EmbedError, to);
  const local = new URL("http://127.0.0.1:1/");
  assert.equal(follow("http://127.0.0.1:2/x", local), "http://127.0.0.1:2/x");
  assert.throws(() => follow("http://hub.example/x", local), /without encryption/);
  assert.ok(
    isLoopback("LOCALHOST") && isLoopback("[::1]") && !isLoopback("127.0.0.1.example") && isLinkLocal("[::ffff:169.254.1.1]"),
  );
});

test("names of repositories, and times to wait", () => {
  for (const id of ["a/b", "name", "Owner-1/some_model.v2"]) assert.ok(isRepositoryId(id), id);
  for (const id of ["", "a/b/c", "../b", "a/..", "a/b--c", "a b/c", "a/b?x", "-a/b", "a/b.git", "ä/b"])
    assert.ok(!isRepositoryId(id), id);
  assert.deepEqual(
    [retryAfter("3"), retryAfter(undefined), retryAfter("soon"), retryAfter("Thu, 01 Jan 1970 00:00:10 GMT", 4000)],
    [3000, undefined, undefined, 6000],
  );
});

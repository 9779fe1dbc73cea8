import assert from "node:assert/strict";
import fs from "node:fs";
import { test } from "node:test";

import { fetchAll, repositoryFolder } from "./hub/fetching.ts";
import { listen, sendFile } from "./hub/hubServer.ts";
import { assertWhole, downloadsOfWeights, failsWith, isWeights, WEIGHTS, withHub } from "./hub/withHub.ts";

test("storage elsewhere is followed to, without the token, and not in circles", () =>
  withHub(async (place) => {
    const { hub, access } = place;
    const seen: (string | undefined)[] = [];
    const storage = await listen((request, response) => {
      seen.push(request.headers.authorization);
      if (request.url === "/home") response.writeHead(302, { location: `${hub.endpoint}/back/resolve/x` }).end();
      else sendFile(request, response, WEIGHTS);
    });
    try {
      const withToken = { ...access, token: "hf_secret" };
      hub.fault = (request, response) => {
        if (!isWeights(request.url)) return false;
        response.writeHead(302, { location: `${storage.endpoint}/file?signature=abc` }).end();
        return true;
      };
      await fetchAll(withToken);
      assertWhole(place);
      assert.deepEqual(seen, [undefined]);
      assert.equal(hub.questions[0]!.headers.authorization, "Bearer hf_secret");
      assert.equal(downloadsOfWeights(place)[0]!.headers.authorization, "Bearer hf_secret");

      // Sent away and back again: whoever sent us back is not the hub.
      fs.rmSync(repositoryFolder(place.cache), { recursive: true });
      let back: string | undefined = "never asked";
      hub.fault = (request, response) => {
        if (request.url === "/back/resolve/x") {
          back = request.headers.authorization;
          sendFile(request, response, WEIGHTS);
          return true;
        }
        if (!isWeights(request.url)) return false;
        response.writeHead(307, { location: `${storage.endpoint}/home` }).end();
        return true;
      };
      await fetchAll(withToken);
      assert.equal(back, undefined);

      fs.rmSync(repositoryFolder(place.cache), { recursive: true });
      let steps = 0;
      hub.fault = (request, response) => {
        if (!isWeights(request.url)) return false;
        steps++;
        response.writeHead(308, { location: request.url }).end();
        return true;
      };
      await failsWith(fetchAll(withToken), "hubInsecure", /in circles/);
      assert.equal(steps, 6);
    } finally {
      await storage.close();
    }
  }));

for (const [location, pattern] of [
  ["http://elsewhere.example/file", /elsewhere\.example without encryption/],
  ["http://169.254.169.254/latest", /keep for themselves/],
  ["https://[fe80::1]/file", /keep for themselves/],
  ["file:///etc/passwd", /an address of file:/],
  ["http://[", /to no address/],
] as const)
  test(`a redirect to ${location} is not followed`, () =>
    withHub(async (place) => {
      place.hub.fault = (request, response) => {
        if (!isWeights(request.url)) return false;
        response.writeHead(302, { location }).end();
        return true;
      };
      await failsWith(fetchAll(place.access), "hubInsecure", pattern);
    }));

test("storage whose signed address has grown old is asked for a new one", () =>
  withHub(async (place) => {
    let asked = 0;
    const storage = await listen((request, response) => {
      if (++asked === 1) response.writeHead(403).end("expired");
      else sendFile(request, response, WEIGHTS);
    });
    place.hub.fault = (request, response) => {
      if (!isWeights(request.url)) return false;
      response.writeHead(302, { location: `${storage.endpoint}/file` }).end();
      return true;
    };
    try {
      await fetchAll(place.access);
      assertWhole(place);
      assert.equal(downloadsOfWeights(place).length, 2);
    } finally {
      await storage.close();
    }
  }));

import assert from "node:assert/strict";
import fs from "node:fs";
import path from "node:path";
import { test } from "node:test";
import { gzipSync } from "node:zlib";

import { cancelled, EmbedError } from "../../src/protocol/errors.ts";
import { blobFolder, fetchAll, repositoryFolder, snapshotFolder } from "./hub/fetching.ts";
import { etagOf, gitBlob, headersOf, rangeOf, sendFile } from "./hub/hubServer.ts";
import {
  assertWhole,
  BLOB,
  blobs,
  downloadsOfWeights,
  failsWith,
  FILES,
  isWeights,
  leavePart,
  WEIGHTS,
  withHub,
} from "./hub/withHub.ts";

test("a repository is laid out as the Python tools do, and nothing is fetched twice", () =>
  withHub(async (place) => {
    const { hub, cache, access } = place;
    await fetchAll(access);
    assertWhole(place);
    assert.deepEqual(blobs(place), [BLOB, gitBlob(FILES["config.json"]), gitBlob(FILES["1_Pooling/config.json"])].sort());
    assert.equal(fs.readlinkSync(path.join(snapshotFolder(cache), "onnx/model.onnx")), `../../../blobs/${BLOB}`);
    assert.equal(fs.readFileSync(path.join(repositoryFolder(cache), "refs/main"), "utf8"), path.basename(snapshotFolder(cache)));
    const before = hub.downloads.length;
    await fetchAll(access);
    assert.equal(hub.downloads.length, before);
  }));

test("a file of the cache whose bytes are wrong is fetched again, one that is right is used", () =>
  withHub(async (place) => {
    const { hub, cache, access } = place;
    fs.mkdirSync(blobFolder(cache), { recursive: true });
    fs.writeFileSync(path.join(blobFolder(cache), BLOB), Buffer.alloc(WEIGHTS.length));
    fs.writeFileSync(path.join(blobFolder(cache), gitBlob(FILES["config.json"])), FILES["config.json"]);
    await fetchAll(access);
    assertWhole(place);
    assert.equal(hub.downloads.length, 2);
  }));

test("a connection that breaks goes on where it ended, for the same version only", () =>
  withHub(async (place) => {
    const { hub, access } = place;
    hub.fault = (request, response, count) => {
      if (!isWeights(request.url) || count > 3) return false;
      const from = rangeOf(request, WEIGHTS);
      response.writeHead(from === 0 ? 200 : 206, headersOf(WEIGHTS, from));
      response.write(WEIGHTS.subarray(from, from + 800_000), () => setTimeout(() => response.destroy(), 20));
      return true;
    };
    await fetchAll(access);
    assertWhole(place);
    const [first, ...others] = downloadsOfWeights(place);
    assert.equal(first!.headers.range, undefined);
    assert.ok(others.length >= 2);
    for (const { headers } of others) {
      assert.match(headers.range!, /^bytes=[1-9]\d*-$/);
      assert.equal(headers["if-range"], etagOf(WEIGHTS));
    }
  }));

test("silence, and a drip of bytes, end the connection; the next goes on", { timeout: 20_000 }, () =>
  withHub(async (place) => {
    const { hub, access } = place;
    let drip: NodeJS.Timeout | undefined;
    hub.fault = (request, response) => {
      const count = downloadsOfWeights(place).length;
      if (!isWeights(request.url) || count > 2) return false;
      const from = rangeOf(request, WEIGHTS);
      response.writeHead(from === 0 ? 200 : 206, headersOf(WEIGHTS, from));
      response.write(WEIGHTS.subarray(from, from + 500_000));
      let at = from + 500_000;
      if (count === 2) drip = setInterval(() => response.write(WEIGHTS.subarray(at, ++at)), 50);
      return true;
    };
    const started = performance.now();
    await fetchAll(access);
    clearInterval(drip);
    assertWhole(place);
    assert.equal(downloadsOfWeights(place).length, 3);
    assert.ok(performance.now() - started < 5000);
  }),
);

for (const [what, announced] of [
  ["announces too little", WEIGHTS.length - 5],
  ["announces too much", WEIGHTS.length + 5],
  ["sends more than there is", undefined],
] as const)
  test(`a server that ${what} is not believed, and nothing is kept`, () =>
    withHub(async (place) => {
      place.hub.fault = (request, response) => {
        if (!isWeights(request.url)) return false;
        response.writeHead(200, { etag: etagOf(WEIGHTS), ...(announced === undefined ? {} : { "content-length": announced }) });
        response.end(Buffer.concat([WEIGHTS, Buffer.alloc(5)]).subarray(0, announced));
        return true;
      };
      await failsWith(fetchAll(place.access), "hubWrong", /should have 3,000,000 bytes.*Nothing of it is kept/);
      assert.deepEqual(blobs(place), []);
      assert.equal(downloadsOfWeights(place).length, 1);
    }));

test("a server that always ends too early is asked five times", { timeout: 20_000 }, () =>
  withHub(async (place) => {
    place.hub.fault = (request, response) => {
      if (!isWeights(request.url)) return false;
      response.writeHead(200, { etag: `"${Math.random()}"` });
      response.end(WEIGHTS.subarray(0, 2_500_000));
      return true;
    };
    await failsWith(fetchAll(place.access), "hubAway", /ended after 2500000 of 3000000 bytes.*Try|try again/);
    assert.equal(downloadsOfWeights(place).length, 5);
    assert.equal(fs.existsSync(path.join(blobFolder(place.cache), BLOB)), false);
  }),
);

test("changed bytes never get the file's name", () =>
  withHub(async (place) => {
    const changed = Buffer.from(WEIGHTS);
    changed[1_234_567]! ^= 1;
    place.hub.fault = (request, response) => {
      if (!isWeights(request.url)) return false;
      sendFile(request, response, changed);
      return true;
    };
    await failsWith(fetchAll(place.access), "hubWrong", /not those that its owner published/);
    assert.deepEqual(blobs(place), []);
  }));

test("a part of another version is thrown away", () =>
  withHub(async (place) => {
    leavePart(place, Buffer.alloc(1_000_000), '"older"');
    await fetchAll(place.access);
    assertWhole(place);
    const [only, ...others] = downloadsOfWeights(place);
    assert.deepEqual([only!.headers["if-range"], others.length], ['"older"', 0]);
  }));

for (const [what, part] of [
  ["damaged", Buffer.alloc(1_000_000)],
  ["of the right size and full of zeros", Buffer.alloc(WEIGHTS.length)],
  ["too long", Buffer.alloc(WEIGHTS.length + 1)],
] as const)
  test(`a part that is ${what} costs one more download and is not used`, () =>
    withHub(async (place) => {
      leavePart(place, part);
      await fetchAll(place.access);
      assertWhole(place);
      assert.deepEqual(
        blobs(place).filter((name) => name.includes("part")),
        [],
      );
    }));

test("416, and a range that is not the one asked for, begin anew", () =>
  withHub(async (place) => {
    leavePart(place, WEIGHTS.subarray(0, 1_000_000));
    place.hub.fault = (request, response) => {
      if (request.headers.range === undefined || !isWeights(request.url)) return false;
      response.writeHead(416, { "content-range": `bytes */${WEIGHTS.length}` }).end();
      return true;
    };
    await fetchAll(place.access);
    assertWhole(place);
    fs.rmSync(repositoryFolder(place.cache), { recursive: true });
    leavePart(place, WEIGHTS.subarray(0, 1_000_000));
    place.hub.fault = (request, response) => {
      if (request.headers.range === undefined || !isWeights(request.url)) return false;
      response.writeHead(206, { ...headersOf(WEIGHTS, 5), etag: etagOf(WEIGHTS) }).end(WEIGHTS.subarray(5));
      return true;
    };
    await fetchAll(place.access);
    assertWhole(place);
  }));

test("compression that nobody asked for is undone", () =>
  withHub(async (place) => {
    place.hub.fault = (request, response) => {
      if (!isWeights(request.url)) return false;
      response.writeHead(200, { "content-encoding": "gzip", etag: etagOf(WEIGHTS) }).end(gzipSync(WEIGHTS));
      return true;
    };
    leavePart(place, WEIGHTS.subarray(0, 1_000_000));
    await fetchAll(place.access);
    assertWhole(place);
    fs.rmSync(repositoryFolder(place.cache), { recursive: true });
    place.hub.fault = (request, response) => {
      if (!isWeights(request.url)) return false;
      response.writeHead(200, { "content-encoding": "gzip", etag: etagOf(WEIGHTS) }).end(gzipSync(Buffer.alloc(50_000_000)));
      return true;
    };
    await failsWith(fetchAll(place.access), "hubWrong", /should have/);
  }));

test("cancelling ends at once, keeps what is there, and the next call goes on from it", () =>
  withHub(async (place) => {
    const aborter = new AbortController();
    let at = 0;
    place.hub.fault = (request, response) => {
      if (!isWeights(request.url) || aborter.signal.aborted) return false;
      response.writeHead(200, headersOf(WEIGHTS, 0));
      response.write(WEIGHTS.subarray(0, 1_500_000));
      return true;
    };
    let cancelledAt = 0;
    const fetching = fetchAll(place.access, {
      signal: aborter.signal,
      report: ({ done }) => {
        if (done < 1_500_000 || aborter.signal.aborted) return;
        at = done;
        cancelledAt = performance.now();
        aborter.abort();
      },
    });
    await assert.rejects(fetching, (error) => error instanceof EmbedError && error.data.code === cancelled().data.code);
    assert.ok(performance.now() - cancelledAt < 100);
    assert.equal(fs.existsSync(path.join(blobFolder(place.cache), BLOB)), false);
    await fetchAll(place.access);
    assertWhole(place);
    const range = Number(/\d+/.exec(downloadsOfWeights(place).at(-1)!.headers.range!)![0]);
    assert.ok(range >= 0.8 * (at - FILES["config.json"].length), `${range} of ${at}`);
  }));

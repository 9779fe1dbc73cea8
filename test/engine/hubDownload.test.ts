import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import fs from "node:fs";
import path from "node:path";
import { test } from "node:test";
import { gzipSync } from "node:zlib";

import { cancelled, EmbedError, type ErrorCode } from "../../src/protocol/errors.ts";
import type { HubAccess } from "../../src/protocol/hub.ts";
import { blobFolder, fetchAll, repositoryFolder, snapshotFolder, temporaryFolder } from "./hub/fetching.ts";
import { etagOf, gitBlob, headersOf, listen, rangeOf, sendFile, sha256, startHub, type TestHub } from "./hub/hubServer.ts";

const WEIGHTS = randomBytes(3_000_000);
const FILES = {
  "onnx/model.onnx": WEIGHTS,
  "config.json": Buffer.from('{"model_type": "bert"}\n'),
  "1_Pooling/config.json": Buffer.from("{}"),
};
const BLOB = sha256(WEIGHTS);

interface Place {
  readonly hub: TestHub;
  readonly cache: string;
  readonly access: HubAccess;
}

async function withHub(body: (place: Place) => Promise<void>, ...start: [] | Parameters<typeof startHub>): Promise<void> {
  const hub = await (start.length === 0 ? startHub(FILES) : startHub(...start));
  const cache = temporaryFolder();
  try {
    await body({ hub, cache, access: { endpoint: hub.endpoint, cache } });
  } finally {
    await hub.close();
    fs.rmSync(cache, { recursive: true, force: true });
  }
}

const isWeights = (url: string | undefined): boolean => url?.includes("model.onnx") === true;
const downloadsOfWeights = ({ hub }: Place): TestHub["downloads"] => hub.downloads.filter(({ url }) => isWeights(url));
const blobs = ({ cache }: Place): string[] => fs.readdirSync(blobFolder(cache)).sort();
const assertWhole = ({ cache }: Place): void => {
  for (const [name, bytes] of Object.entries(FILES))
    assert.ok(fs.readFileSync(path.join(snapshotFolder(cache), name)).equals(bytes), name);
};

/** The error says what happened, what to do, and nothing of the token. */
async function failsWith(promise: Promise<unknown>, code: ErrorCode, pattern: RegExp): Promise<void> {
  await assert.rejects(promise, (error) => {
    assert.ok(error instanceof EmbedError, String(error));
    const { message, hint } = error.data;
    assert.equal(error.data.code, code, message);
    assert.match(`${message} ${hint ?? ""}`, pattern);
    assert.ok(hint !== undefined && hint.length > 0, "no hint");
    assert.doesNotMatch(`${message}${hint}`, /hf_secret/);
    return true;
  });
}

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

/** As an earlier run leaves it that was killed. */
function leavePart({ cache }: Place, bytes: Uint8Array, etag = etagOf(WEIGHTS)): void {
  fs.mkdirSync(blobFolder(cache), { recursive: true });
  const part = path.join(blobFolder(cache), `${BLOB}.compare-embeddings.part`);
  fs.writeFileSync(part, bytes);
  fs.writeFileSync(`${part}.etag`, etag);
}

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

test("429 is waited for as long as it asks, unless that is too long", () =>
  withHub(async (place) => {
    const refused: number[] = [];
    place.hub.fault = (request, response) => {
      if (!isWeights(request.url) || refused.length > 0) return false;
      refused.push(performance.now());
      response.writeHead(429, { "retry-after": "1" }).end();
      return true;
    };
    await fetchAll(place.access);
    assert.ok(performance.now() - refused[0]! >= 1000);
    fs.rmSync(repositoryFolder(place.cache), { recursive: true });
    place.hub.fault = (_, response) => {
      response.writeHead(429, { "retry-after": new Date(Date.now() + 3_600_000).toUTCString() }).end();
      return true;
    };
    await failsWith(fetchAll(place.access), "hubBusy", /fewer requests.*Try again in 3\d\d\d s/);
  }));

test("5xx is tried again a few times", () =>
  withHub(async (place) => {
    let failures = 0;
    place.hub.fault = (_, response) => {
      if (++failures % 3 === 0) return false;
      response.writeHead(failures % 2 === 0 ? 503 : 500).end();
      return true;
    };
    await fetchAll(place.access);
    assertWhole(place);
    let asked = 0;
    place.hub.fault = (_, response) => {
      asked++;
      response.writeHead(502).end("<html>");
      return true;
    };
    await failsWith(fetchAll(place.access), "hubBusy", /answered 502/);
    assert.equal(asked, 5);
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

test("a login page is called one, for questions and for files", () =>
  withHub(async (place) => {
    const page = "<!doctype html><title>Sign in</title>";
    for (const what of ["/api/", "/resolve/"]) {
      place.hub.fault = (request, response) => {
        if (request.url?.includes(what) !== true) return false;
        response.writeHead(200, { "content-type": "text/html; charset=utf-8" }).end(page);
        return true;
      };
      await failsWith(fetchAll(place.access), "hubWrong", /web page.*login/);
    }
    assert.deepEqual(blobs(place), []);
  }));

for (const [status, header, token, code, pattern] of [
  [401, "RepoNotFound", undefined, "hubRefused", /not there, or it is not public.*HF_TOKEN/],
  [401, "", "hf_secret", "hubRefused", /does not accept the token/],
  [403, "GatedRepo", "hf_secret", "hubRefused", /accept the licence with the account of your token/],
  [401, "GatedRepo", undefined, "hubRefused", /accept the licence, set HF_TOKEN/],
  [403, "", "hf_secret", "hubRefused", /may not read/],
  [404, "RevisionNotFound", undefined, "hubMissing", /no revision main/],
  [404, "RepoNotFound", undefined, "hubMissing", /no repository owner\/small-encoder.*spelling/],
  [418, "", undefined, "hubWrong", /answered 418/],
] as const)
  test(`${status} ${header} ${token === undefined ? "without" : "with"} a token says what to do`, () =>
    withHub(async ({ hub, access }) => {
      hub.fault = (_, response) => {
        response.writeHead(status, { "x-error-code": header }).end("{}");
        return true;
      };
      await failsWith(fetchAll({ ...access, ...(token === undefined ? {} : { token }) }), code, pattern);
      assert.equal(hub.questions.length, 1);
    }));

test("a file that the repository lists and does not have is named", () =>
  withHub(async (place) => {
    place.hub.fault = (request, response) => {
      if (!isWeights(request.url)) return false;
      response.writeHead(404, { "x-error-code": "EntryNotFound" }).end();
      return true;
    };
    await failsWith(fetchAll(place.access), "hubMissing", /has no onnx\/model\.onnx/);
  }));

test("a repository that was renamed is not followed", () =>
  withHub(async ({ hub, access }) => {
    hub.fault = (_, response) => {
      response.writeHead(307, { location: "/api/models/somebody/else/revision/main" }).end();
      return true;
    };
    await failsWith(fetchAll(access), "hubMissing", /moved to somebody\/else.*taken by anybody/);
  }));

for (const [what, answer, pattern] of [
  ["no JSON", "<", /gave an answer that is none/],
  ["another shape", '{"sha": 1, "siblings": []}', /sha/],
  ["no commit", '{"sha": "main", "siblings": []}', /no commit/],
] as const)
  test(`an answer that is ${what} is one clear error`, () =>
    withHub(async ({ hub, access }) => {
      hub.fault = (_, response) => {
        response.end(answer);
        return true;
      };
      await failsWith(fetchAll(access), "hubWrong", pattern);
    }));

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

test("paths that would leave the folder are not looked at", () =>
  withHub(
    async ({ access }) => {
      const files = await fetchAll(access);
      assert.deepEqual([...files.keys()], ["config.json"]);
    },
    { "config.json": FILES["config.json"] },
    (answer) => ({
      ...answer,
      siblings: [
        ...(answer["siblings"] as object[]),
        ...["../evil", "/etc/evil", "a/../../evil", "a\\evil", "C:evil", "a//b", "nul\0l", "dot./x"].map((rfilename) => ({
          rfilename,
          size: 1,
          blobId: "0".repeat(40),
        })),
      ],
    }),
  ));

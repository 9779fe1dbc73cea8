import assert from "node:assert/strict";
import fs from "node:fs";
import { test } from "node:test";

import { fetchAll, repositoryFolder } from "./hub/fetching.ts";
import { assertWhole, blobs, failsWith, FILES, isWeights, withHub } from "./hub/withHub.ts";

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

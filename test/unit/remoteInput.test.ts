import assert from "node:assert/strict";
import { test } from "node:test";

import { addressProblem, keyProblem } from "../../src/host/remote/remoteInput.ts";

test("an address is https, or http on this machine, and nothing but an address", () => {
  for (const right of [
    "https://api.example/v1",
    " https://api.example:8443 ",
    "http://localhost:7997",
    "http://127.0.0.1/v1",
    "http://[::1]:1",
  ])
    assert.equal(addressProblem(right), undefined, right);
  for (const wrong of [
    "",
    "api.example",
    "ftp://api.example",
    "http://api.example",
    "http://10.0.0.1",
    "https://me:secret@api.example",
    "https://api.example/?key=1",
    "http://localhost.example",
  ])
    assert.ok(addressProblem(wrong) !== undefined, wrong);
});

test("a key cannot carry a second header", () => {
  for (const right of ["", "sk-abc", " sk-abc "]) assert.equal(keyProblem(right), undefined, right);
  for (const wrong of ["two words", "a\r\nhost: b", "naïve"]) assert.ok(keyProblem(wrong) !== undefined, wrong);
});

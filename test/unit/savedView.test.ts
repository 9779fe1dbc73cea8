import assert from "node:assert/strict";
import { test } from "node:test";

import * as v from "valibot";

import { GROUPINGS } from "../../src/core/encoders/causeGroups.ts";
import { savedView } from "../../webview/savedView.ts";

test("a view that a page saved is taken up; one that was never there is none", () => {
  const schema = v.object({ grouping: v.exactOptional(v.picklist(GROUPINGS)) });
  assert.deepEqual(savedView({ spec: null, view: { grouping: "domain" } }, schema), { grouping: "domain" });
  assert.deepEqual(savedView({ view: { other: 1 } }, schema), {});
  for (const odd of [{ view: { grouping: "colour" } }, { view: 7 }, {}, null, undefined])
    assert.equal(savedView(odd, schema), undefined);
});

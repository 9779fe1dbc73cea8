import fs from "node:fs";
import os from "node:os";
import path from "node:path";
import { test } from "node:test";

import { openVsCode } from "../../scripts/vscode/session.ts";
import { compareWhole, seesThreeHeatmaps } from "./steps.ts";

const root = path.resolve(import.meta.dirname, "../..");

test("in an untrusted workspace the bundled encoders compare, none can be added, and the workspace cannot choose the engine's program", async () => {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), "restricted-"));
  fs.cpSync(path.join(root, "sample"), folder, { recursive: true });
  fs.mkdirSync(path.join(folder, ".vscode"));
  fs.writeFileSync(
    path.join(folder, ".vscode", "settings.json"),
    JSON.stringify({ "compareEmbeddings.engine.node": path.join(folder, "evil") }),
  );
  const code = await openVsCode({ extensions: [root], folder, restricted: true, viewport: { width: 1600, height: 900 } });
  try {
    await code.page.locator(".statusbar-item", { hasText: "Restricted Mode" }).waitFor();
    await seesThreeHeatmaps(await compareWhole(code, "cache.ts"));
    await code.viewContainer("Compare Embeddings");
    await code.page.locator(".pane-header", { hasText: "Encoders" }).hover();
    await code.page.locator('.pane-header a.disabled[aria-label^="Add Encoder"]').waitFor();
  } finally {
    await code.close();
    fs.rmSync(folder, { recursive: true, force: true });
  }
});

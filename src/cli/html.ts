import fs from "node:fs";
import path from "node:path";

import type { ToPanel } from "../protocol/panel.ts";
import { encodeReplay } from "../protocol/replay.ts";
import type { Comparison } from "./compare.ts";
import { ROOT } from "./engine.ts";

/** The panel as one file that needs nothing else: its script, its style and the messages it would have been sent. */
export function htmlPage({ documents, split, encoders, result }: Comparison): string {
  const folder = path.join(ROOT, "dist", "webview");
  const read = (file: string): string => fs.readFileSync(path.join(folder, file), "utf8");
  const title = documents.length === 1 ? documents[0]!.path : `${documents.length} files`;
  const messages: ToPanel[] = [
    {
      type: "begin",
      revision: 1,
      spec: {
        id: "page",
        title,
        sources: documents.map(({ uri, path: name, languageId }) => ({ uri, path: name, languageId })),
        split,
        encoders: result.outcomes.map(({ id }) => ({ id })),
      },
      encoders: encoders.map(({ id, name, state, card, variant }) => ({
        id,
        name,
        state,
        card,
        ...(variant === undefined ? {} : { variant }),
      })),
    },
    { type: "segments", revision: 1, segments: result.segments },
    ...result.outcomes.map((outcome): ToPanel => ({ type: "outcome", revision: 1, outcome })),
    { type: "finished", revision: 1, agreement: result.agreement, clusteredOrder: result.clusteredOrder },
  ];
  const data = encodeReplay(messages, (bytes) => Buffer.from(bytes).toString("base64"));
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<title>Compare Embeddings</title>
<style>${read("panel.css")}</style>
</head>
<body class="standalone">
<div id="root"></div>
<script type="application/json" id="comparison">${escapeScript(data)}</script>
<script>${read("standalone.js").replace(/<\/script/gi, "<\\/script")}</script>
</body>
</html>
`;
}

/** Text inside a script element ends at the first closing tag, whatever it means: inside JSON a < may be written otherwise. */
const escapeScript = (json: string): string => json.replace(/</g, "\\u003c");

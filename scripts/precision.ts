/** Prints how close each precision comes to the publisher's own vectors: `npm run precision`. */
import fs from "node:fs";
import path from "node:path";

import { PRECISIONS } from "../src/core/encoders/card.ts";
import { MODEL_FILES } from "../src/core/encoders/manifest.ts";
import { closeness } from "../src/core/proof/closeness.ts";
import { startChild } from "../src/process/childProcess.ts";
import { encode, hello } from "../src/protocol/encoder.ts";
import { PROTOCOL_VERSION } from "../src/protocol/engine.ts";
import { setUp } from "./setup.ts";

const root = path.resolve(import.meta.dirname, "..");

async function report(): Promise<void> {
  await setUp();
  const data = path.join(root, "test", "golden", "data");
  const read = (name: string): unknown => JSON.parse(fs.readFileSync(path.join(data, `${name}.json`), "utf8"));
  const texts = (read("texts") as { text: string }[]).map(({ text }) => text);
  const child = startChild({ name: "encoder", program: path.join(root, "dist", "encoder.js"), onLog: console.error });
  await child.rpc.request(hello, { protocol: PROTOCOL_VERSION });
  console.log(`${String(texts.length)} texts against the publishers' own vectors`);
  console.log("encoder                   precision  mean cosine  least cosine  overlap@10        MB");
  for (const id of fs.readdirSync(path.join(root, "models")).sort()) {
    const golden = read(id) as { items: { vector: string }[] };
    const expected = golden.items.map(({ vector }) => new Float32Array(Uint8Array.from(Buffer.from(vector, "base64")).buffer));
    const folder = path.join(root, "models", id);
    for (const precision of PRECISIONS.filter((one) => fs.existsSync(path.join(folder, MODEL_FILES[one])))) {
      const { vectors, dimensions, hasVector } = await child.rpc.request(encode, { model: { folder, precision }, texts });
      const known = [...hasVector.keys()].filter((row) => hasVector[row] === 1);
      const { meanCosine, leastCosine, overlap } = closeness(
        known.map((row) => vectors.subarray(row * dimensions, (row + 1) * dimensions)),
        known.map((row) => expected[row]!),
      );
      const file = path.join(folder, MODEL_FILES[precision]);
      console.log(
        [
          id.padEnd(25),
          precision.padEnd(9),
          meanCosine.toFixed(6).padStart(12),
          leastCosine.toFixed(6).padStart(13),
          overlap.toFixed(4).padStart(11),
          (fs.statSync(file).size / 1e6).toFixed(1).padStart(9),
        ].join(" "),
      );
    }
  }
  child.kill();
}

if (process.argv[1] !== undefined && fs.realpathSync(process.argv[1]) === import.meta.filename) await report();

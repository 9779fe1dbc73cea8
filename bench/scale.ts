/**
 * How the index grows: 1,000, 10,000 and 100,000 segments of real code through the store (as bench/store.ts fills and opens it),
 * and a million rows kept as int8 and ranked by exact vectors. Writes the table, its paragraph and the plot of docs/scale.md; what
 * stands under the page's last heading is written by hand and stays. `node bench/scale.ts`; the other commands are its own.
 */
import { execFileSync } from "node:child_process";
import fs from "node:fs";
import os from "node:os";
import path from "node:path";

import { writeKernels } from "../scripts/kernels.ts";
import { neverCancelled } from "../src/core/base/cancellation.ts";
import { createVectorMatrix } from "../src/engine/kernels/floatMatrix.ts";
import { createKernels } from "../src/engine/kernels/kernels.ts";
import { createQuantisedMatrix } from "../src/engine/kernels/quantisedMatrix.ts";
import { openLocalIndex } from "../src/engine/store/openLocalIndex.ts";
import { clusteredVectors } from "./clusteredVectors.ts";
import { median, takeTurns } from "./rounds.ts";
import { scalePlot } from "./scalePlot.ts";

const root = path.resolve(import.meta.dirname, "..");
const page = path.join(root, "docs/scale.md");
const plot = path.join(root, "docs/images/scale.svg");
/** What bench/store.ts writes its vectors for. */
const ENCODER = { id: "random", identity: "random", dimensions: 384 };
const D = ENCODER.dimensions;
const K = 10;
const SIZES = [1_000, 10_000, 100_000];
const MILLION = 1_000_000;
const OPENINGS = 5;
const QUERIES = 25;
/** Queries by which recall is counted: K times as many rows. */
const RECALL_QUERIES = 100;
const MB = 1e6;
const GOAL_MS = 300;
/** Times the bytes of the vectors as float32. */
const GOAL_MEMORY = 1.3;
const BY_HAND = "## Against alternatives";

const [command = "", argument = ""] = process.argv.slice(2);
if (command === "ask") await ask(argument);
else if (command === "million") await million();
else bench();

interface Row {
  readonly segments: number;
  readonly texts: number;
  readonly firstMs: number;
  readonly loadMs: number;
  readonly queryMs: number;
  readonly storeMb: number;
  readonly memoryMb: number;
}

interface Million {
  readonly bytesMs: number;
  readonly floatsMs: number;
  readonly recall: number;
  readonly bytesMb: number;
  readonly floatsMb: number;
}

function bench(): void {
  const load = os.loadavg()[0]!;
  const rows = SIZES.map(measure);
  const large = child<Million>("scale.ts", "million");
  console.log(large);
  const byHand = fs.readFileSync(page, "utf8").split(BY_HAND)[1] ?? "\n";
  fs.writeFileSync(page, `${pageOf(rows, large, load)}\n${BY_HAND}${byHand}`);
  const points = (of: (row: Row) => number, last?: number): [number, number][] => [
    ...rows.map((row): [number, number] => [row.segments, of(row)]),
    ...(last === undefined ? [] : [[MILLION, last] satisfies [number, number]]),
  ];
  const first = { name: "opening and first answer", points: points(({ firstMs }) => firstMs) };
  const query = { name: "one search (1M: int8)", points: points(({ queryMs }) => queryMs, large.bytesMs) };
  const memory = { name: "memory (1M: int8 rows)", points: points(({ memoryMb }) => memoryMb, large.bytesMb) };
  const store = { name: "store on disk", points: points(({ storeMb }) => storeMb) };
  fs.writeFileSync(plot, scalePlot({ unit: "ms", series: [first, query] }, { unit: "MB", series: [memory, store] }));
}

function child<T>(program: string, ...parameters: string[]): T {
  const file = path.join(import.meta.dirname, program);
  const output = execFileSync(process.execPath, ["--expose-gc", "--no-warnings", file, ...parameters], { encoding: "utf8" });
  return JSON.parse(output) as T;
}

function measure(segments: number): Row {
  const storage = fs.mkdtempSync(path.join(os.tmpdir(), "bench-scale-"));
  try {
    const { texts } = child<{ readonly texts: number }>("store.ts", "fill", storage, String(segments));
    const bytes = fs.readdirSync(storage).reduce((sum, name) => sum + fs.statSync(path.join(storage, name)).size, 0);
    const opened = Array.from({ length: OPENINGS }, () =>
      child<{ readonly allMs: number; readonly loadMs: number; readonly memory: number }>("store.ts", "open", storage),
    );
    const row = {
      segments,
      texts,
      firstMs: median(opened.map(({ allMs }) => allMs)),
      loadMs: median(opened.map(({ loadMs }) => loadMs)),
      queryMs: child<number>("scale.ts", "ask", storage),
      storeMb: bytes / MB,
      memoryMb: median(opened.map(({ memory }) => memory)) / MB,
    };
    console.log(row);
    return row;
  } finally {
    fs.rmSync(storage, { recursive: true, force: true });
  }
}

/** Milliseconds of one search of an index that is open, with a different query each time. */
async function ask(storage: string): Promise<void> {
  const kernels = createKernels(path.join(root, "dist/kernels"));
  const index = openLocalIndex({ storage, matrices: (dimensions) => createVectorMatrix(kernels, dimensions) });
  const queries = clusteredVectors(QUERIES + 1, D, 1);
  const { search } = await takeTurns(QUERIES, {
    search: () => index.vectors.search(ENCODER, queries.next().value as Float32Array, { k: K }, neverCancelled),
  });
  index.dispose();
  console.log(JSON.stringify(search));
}

/** Rows as bytes against the same rows as floats; the exact vectors for the ranking lie in memory. */
async function million(): Promise<void> {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), "bench-scale-"));
  writeKernels(folder);
  const kernels = createKernels(folder);
  const floats = createVectorMatrix(kernels, D);
  const bytes = createQuantisedMatrix(kernels, D, (ids) => {
    const out = new Float32Array(ids.length * D);
    ids.forEach((id, at) => {
      out.set(floats.vector(id)!, at * D);
    });
    return Promise.resolve(out);
  });
  let first = 0;
  for (const vectors of clusteredVectors(MILLION, D, 10_000)) {
    const ids = Int32Array.from({ length: vectors.length / D }, (_, at) => first + at);
    floats.append(ids, vectors);
    bytes.append(ids, vectors);
    first += ids.length;
  }
  // A prime far from the rows' number, so that queries come from all over.
  let next = 0;
  const query = (): Float32Array => floats.vector((next = (next + 7919) % MILLION))!;
  let found = 0;
  for (let at = 0; at < RECALL_QUERIES; at++) {
    const asked = query();
    const best = new Set((await floats.topK(asked, K)).map(({ id }) => id));
    for (const { id } of await bytes.topK(asked, K)) if (best.has(id)) found++;
  }
  const times = await takeTurns(QUERIES, { bytes: () => bytes.topK(query(), K), floats: () => floats.topK(query(), K) });
  fs.rmSync(folder, { recursive: true, force: true });
  const result: Million = {
    bytesMs: times.bytes,
    floatsMs: times.floats,
    recall: found / (RECALL_QUERIES * K),
    bytesMb: bytes.bytes / MB,
    floatsMb: floats.bytes / MB,
  };
  console.log(JSON.stringify(result));
}

function pageOf(rows: readonly Row[], large: Million, load: number): string {
  const number = (value: number): string => value.toLocaleString("en-GB");
  const short = (value: number): string => value.toFixed(value < 10 ? 1 : 0);
  const line = (...cells: string[]): string => `| ${cells.join(" | ")} |`;
  const last = rows.at(-1)!;
  const machine = `${os.cpus()[0]?.model ?? "an unknown processor"}, ${String(os.availableParallelism())} cores, Node ${process.version}`;
  const busy = load > 1 ? `, with a load average of ${load.toFixed(1)} at the start` : "";
  const overVectors = (of: Pick<Row, "texts" | "memoryMb">): number => of.memoryMb / ((of.texts * D * 4) / MB);
  return `# How index and search grow

Real code cut into segments of some 600 characters, random vectors of ${String(D)} numbers for one encoder; for the million, vectors in
clusters without texts. On ${machine}${busy}.
\`npm run bench:scale\` writes this part; times are medians.

${line("segments (different texts)", "opening and first answer", "of it, vectors into memory", "one search", "store", "memory", "memory ÷ vectors")}
${line("---", "---", "---", "---", "---", "---", "---")}
${rows
  .map(({ segments, texts, firstMs, loadMs, queryMs, storeMb, memoryMb }) =>
    line(
      `${number(segments)} (${number(texts)})`,
      `${short(firstMs)} ms`,
      `${short(loadMs)} ms`,
      `${short(queryMs)} ms`,
      `${short(storeMb)} MB`,
      `${short(memoryMb)} MB`,
      overVectors({ texts, memoryMb }).toFixed(2),
    ),
  )
  .join("\n")}
${line(`${number(MILLION)} as int8 rows`, "not measured", "", `${short(large.bytesMs)} ms`, "not measured", `${short(large.bytesMb)} MB of rows`, (large.bytesMb / large.floatsMb).toFixed(2))}

![Milliseconds and megabytes over the number of segments](images/scale.svg)

At ${number(last.segments)} segments the first answer comes ${short(last.firstMs)} ms after opening (goal: ${String(GOAL_MS)} ms, ${last.firstMs <= GOAL_MS ? "met" : "missed"}): ${short(last.loadMs)} ms of it read the vectors into
memory, and it holds a first search by meaning, one by words, and the texts of what they found. From then on one search for the
${String(K)} nearest takes ${short(last.queryMs)} ms. Memory is that of vectors, catalogue and words: ${overVectors(last).toFixed(2)} times the
vectors (goal: ${String(GOAL_MEMORY)}, ${overVectors(last) <= GOAL_MEMORY ? "met" : "missed"}). A million rows as int8 take ${short(large.bytesMb)} MB instead of ${short(large.floatsMb)} MB as
float32 and are searched in ${short(large.bytesMs)} ms instead of ${short(large.floatsMs)} ms (${(large.floatsMs / large.bytesMs).toFixed(1)} times as fast), with recall@${String(K)} ${large.recall.toFixed(3)} over ${String(RECALL_QUERIES)} queries; the
exact vectors that rank the candidates lay in memory there, and are read from the store in the product.
`;
}

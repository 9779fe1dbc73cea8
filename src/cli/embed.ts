import * as v from "valibot";

import { embed, tokenize } from "../protocol/engine.ts";
import { badRequest } from "../protocol/errors.ts";
import { encoderNamed } from "./encoderChoice.ts";
import { withEngine } from "./engine.ts";
import type { CommandArguments } from "./main.ts";
import { remoteAccess } from "./remoteAccess.ts";
import { sayTexts } from "./sending.ts";
import { settingsOf } from "./encoderSettings.ts";
import { UsageError } from "./usage.ts";

/** Texts of one request: a million lines pass through in bounded memory. */
const CHUNK = 512;

export async function embedCommand({ values, paths }: CommandArguments): Promise<void> {
  const model = modelOf(values.model, paths);
  const settings = settingsOf(values);
  await withEngine(async (engine, token) => {
    const encoder = { ...(await encoderNamed(engine, model)), ...settings };
    let isRemote = true;
    await forEachChunk(async (texts, first) => {
      // Asked with the first texts; nothing more is to be said of an encoder that runs here.
      if (isRemote) isRemote = await sayTexts(engine, [encoder], texts);
      const { vectors, dimensions, tokens, read, hasVector } = await engine.request(embed, { encoder, texts }, { token });
      return texts.map((_, row) => ({
        index: first + row,
        tokens: tokens[row],
        truncated: read[row]! < 1,
        vector: hasVector[row] === 1 ? Array.from(vectors.subarray(row * dimensions, (row + 1) * dimensions), shortest) : null,
      }));
    });
  }, remoteAccess(values));
}

export async function tokenizeCommand({ values, paths }: CommandArguments): Promise<void> {
  const model = modelOf(values.model, paths);
  const settings = settingsOf(values);
  await withEngine(async (engine, token) => {
    const encoder = { ...(await encoderNamed(engine, model)), ...settings };
    await forEachChunk(async (texts, first) => {
      const ids = await engine.request(tokenize, { encoder, texts }, { token });
      return ids.map((row, at) => ({ index: first + at, ids: row }));
    });
  });
}

function modelOf(model: string | undefined, paths: readonly string[]): string {
  if (paths.length > 0) throw new UsageError("Texts are read from standard input; no path is taken.");
  if (model === undefined) throw new UsageError("--model is needed.");
  return model;
}

/** Nine digits say a single-precision number exactly. */
const shortest = (value: number): number => Number(value.toPrecision(9));

const LINE = v.object({ text: v.string() });

/** Reads lines, hands over chunks of texts, writes what comes back: one line each, in order. */
async function forEachChunk(work: (texts: string[], first: number) => Promise<readonly object[]>): Promise<void> {
  let texts: string[] = [];
  let done = 0;
  const flush = async (): Promise<void> => {
    if (texts.length === 0) return;
    const lines = await work(texts, done);
    done += texts.length;
    texts = [];
    await write(lines.map((line) => `${JSON.stringify(line)}\n`).join(""));
  };
  let number = 0;
  for await (const line of linesOf(process.stdin)) {
    number++;
    if (line.trim() === "") continue;
    const parsed = v.safeParse(LINE, parseJson(line));
    if (!parsed.success) {
      await flush();
      throw badRequest(`Line ${number} is not {"text": "…"}.`);
    }
    texts.push(parsed.output.text);
    if (texts.length === CHUNK) await flush();
  }
  await flush();
}

/** Lines end where JSON Lines end: readline also cuts at U+2028, which a string of JSON may hold. */
async function* linesOf(input: NodeJS.ReadStream): AsyncGenerator<string> {
  let rest = "";
  input.setEncoding("utf8");
  for await (const chunk of input as AsyncIterable<string>) {
    const lines = chunk.split("\n");
    lines[0] = rest + lines[0]!;
    rest = lines.pop()!;
    yield* lines;
  }
  yield rest;
}

function parseJson(line: string): unknown {
  try {
    return JSON.parse(line);
  } catch {
    return undefined;
  }
}

const write = (text: string): Promise<void> =>
  new Promise((resolve) => {
    process.stdout.write(text, () => {
      resolve();
    });
  });

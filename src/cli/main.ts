/** The command line: the engine without an editor. Data goes to standard output, everything else to standard error. */
import { parseArgs } from "node:util";

import { EmbedError } from "../protocol/errors.ts";
import { agreementCommand } from "./agreement.ts";
import { compareCommand } from "./compare.ts";
import { doctorCommand } from "./doctor.ts";
import { embedCommand, tokenizeCommand } from "./embed.ts";
import { getCommand } from "./get.ts";
import { importCommand } from "./import.ts";
import { indexCommand } from "./index.ts";
import { modelsCommand } from "./models.ts";
import { neighboursCommand } from "./neighbours.ts";
import { remoteCommand } from "./remote.ts";
import { errorLine, UsageError } from "./usage.ts";

const USAGE = `usage: compare-embeddings COMMAND

  models [--json]                          the encoders on this machine
  get ID… | get --list [--json]            fetches and builds encoders of the catalogue; prints their ids, or what it has
  import PATH-or-HUB-ID[@REVISION] [--file F] [--json]
                                           takes an encoder from a folder, an .onnx or the model hub; prints its id
  remote URL --remote-model NAME [--protocol openai|kserve] [--id ID] [--json]
                                           takes a model on a server as an encoder: tries it with sentences of ours; prints its id
  embed --model ID-or-FOLDER [SETTINGS]    {"text": …} lines in, {"index", "tokens", "truncated", "vector"} lines out
  tokenize --model ID-or-FOLDER [SETTINGS] {"text": …} lines in, {"index", "ids"} lines out
  compare [--models A,B] [--split auto|symbols|paragraphs|lines|file] [-k N] [--json] [--html FILE] [--terminal] PATH…
  index [--models A,B] [--json] FOLDER     brings the index of a folder up to date
  neighbours (--text T | --at PATH:LINE) [-k N] [--models A,B] [--path GLOB] [--other-files] [--as-is] [--json] FOLDER
                                           the nearest segments of a folder, by each encoder and by BM25; --as-is answers
                                           from the index as it stands. Both take --storage DIR for where the index lies
  doctor [--model ID-or-FOLDER] [--quick] [--json]
                                           whether encoders are right: self-tests, better settings, what precisions cost;
                                           --quick tests the precision that runs by itself, and no more
  agreement X.npy Y.npy [-k N] [--json]    how alike two sets of vectors of the same items are

SETTINGS of an encoder; what is omitted is its own:
  --prompt NAME|TEXT|none  --layer N  --pooling mean|cls|last|max|weightedmean|meansqrt|firstlast
  --normalize true|false  --max-tokens N  --dimensions N  --precision fp32|fp16|w8|int8|q4
Everywhere an id is taken it may carry them: all-MiniLM-L6-v2+layer=3+pooling=cls

A remote encoder is sent texts only where --allow-remote ORIGIN (https://host, or http://localhost:PORT) says so; it may be
given several times. The server's key is read from COMPARE_EMBEDDINGS_REMOTE_KEY.

Exit code 0: done, 1: failed, 2: wrong usage.`;

const COMMANDS: Readonly<Record<string, (args: CommandArguments) => Promise<void>>> = {
  models: modelsCommand,
  get: getCommand,
  import: importCommand,
  remote: remoteCommand,
  embed: embedCommand,
  tokenize: tokenizeCommand,
  compare: compareCommand,
  index: indexCommand,
  neighbours: neighboursCommand,
  doctor: doctorCommand,
  agreement: agreementCommand,
};

const OPTIONS = {
  json: { type: "boolean" },
  list: { type: "boolean" },
  file: { type: "string" },
  html: { type: "string" },
  terminal: { type: "boolean" },
  model: { type: "string" },
  models: { type: "string" },
  layer: { type: "string" },
  pooling: { type: "string" },
  precision: { type: "string" },
  prompt: { type: "string" },
  normalize: { type: "string" },
  "max-tokens": { type: "string" },
  dimensions: { type: "string" },
  split: { type: "string" },
  k: { type: "string", short: "k" },
  text: { type: "string" },
  at: { type: "string" },
  path: { type: "string" },
  "other-files": { type: "boolean" },
  "as-is": { type: "boolean" },
  storage: { type: "string" },
  quick: { type: "boolean" },
  protocol: { type: "string" },
  "remote-model": { type: "string" },
  id: { type: "string" },
  "allow-remote": { type: "string", multiple: true },
  help: { type: "boolean", short: "h" },
} as const;

export interface CommandArguments {
  readonly values: ReturnType<typeof parse>["values"];
  readonly paths: readonly string[];
}

const parse = (args: string[]) => parseArgs({ args, options: OPTIONS, allowPositionals: true });

async function main(): Promise<number> {
  // A reader that has seen enough (`| head`) is no failure.
  process.stdout.on("error", (error: NodeJS.ErrnoException) => process.exit(error.code === "EPIPE" ? 0 : 1));
  try {
    const { values, positionals } = parse(process.argv.slice(2));
    if (values.help === true) {
      console.log(USAGE);
      return 0;
    }
    const [name, ...paths] = positionals;
    const command = name === undefined ? undefined : COMMANDS[name];
    if (command === undefined) throw new UsageError(name === undefined ? "No command." : `There is no command ${name}.`);
    if (!isNodeNewEnough()) throw new UsageError(OLD_NODE);
    await command({ values, paths });
    // A command that told all there is to tell may have failed all the same.
    return Number(process.exitCode ?? 0);
  } catch (error) {
    const usage = error instanceof UsageError || (error instanceof TypeError && "code" in error);
    const hint = error instanceof EmbedError && error.data.hint !== undefined ? ` ${error.data.hint}` : "";
    const help = usage ? " See compare-embeddings --help." : "";
    errorLine(`${error instanceof Error ? error.message : String(error)}${hint}${help}`);
    return usage ? 2 : 1;
  }
}

/** The engine's processes run on the Node that runs this; SQLite is in it since 22.13. */
const LEAST_NODE = [22, 13] as const;
const OLD_NODE = `Node ${LEAST_NODE.join(".")} or newer is needed, this is ${process.versions.node}. In a checkout, npm run cli brings its own.`;

function isNodeNewEnough(): boolean {
  const [major = 0, minor = 0] = process.versions.node.split(".").map(Number);
  return major > LEAST_NODE[0] || (major === LEAST_NODE[0] && minor >= LEAST_NODE[1]);
}

process.exitCode = await main();

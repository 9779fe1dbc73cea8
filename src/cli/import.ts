import fs from "node:fs";
import path from "node:path";

import { encodersFolder } from "../process/cacheFolder.ts";
import {
  describeRepository,
  importFromHub,
  importFromPath,
  type HubFile,
  type ImportResult,
  type ImportTarget,
  type RepositoryDescription,
} from "../protocol/hub.ts";
import { withEngine } from "./engine.ts";
import { hubAccess } from "../process/hubAccess.ts";
import { importLine, megabytes } from "./importLine.ts";
import type { CommandArguments } from "./main.ts";
import { tested } from "./tested.ts";
import { errorLine, UsageError } from "./usage.ts";

/** `import PATH-or-HUB-ID[@REVISION] [--file F]`: the id of the encoder on standard output. */
export async function importCommand({ values, paths }: CommandArguments): Promise<void> {
  const [what, ...more] = paths;
  if (what === undefined || more.length > 0) throw new UsageError("import takes one path or one owner/name of the hub.");
  const target: ImportTarget = { folder: encodersFolder(), ...(values.file === undefined ? {} : { file: values.file }) };
  const line = importLine();
  const result = await withEngine(async (engine, token) => {
    const options = { token, onProgress: line.onProgress };
    const take = async (): Promise<ImportResult> => {
      if (isPath(what)) return engine.request(importFromPath, { ...target, path: path.resolve(what) }, options);
      const access = hubAccess();
      const [, repository, revision] = /^(.*?)(?:@(.*))?$/.exec(what)!;
      const choice = { repository: repository!, ...(revision === undefined ? {} : { revision }) };
      say(await engine.request(describeRepository, { access, ...choice }, options), values.file);
      return engine.request(importFromHub, { access, ...choice, ...target }, options);
    };
    return tested(engine, await take().finally(line.end), token);
  });
  console.log(values.json === true ? JSON.stringify(result, null, 2) : result.id);
}

/** What lies on the disk is meant first; what looks like a path is one even if it is not there. */
const isPath = (what: string): boolean => fs.existsSync(what) || /^([.~]|[/\\]|[A-Za-z]:[/\\])|\.onnx$|\\/.test(what);

/** Before anything is fetched: what it is, how large, and under which licence. */
function say({ repository, commit, licence, gated, weights }: RepositoryDescription, file: string | undefined): void {
  const chosen =
    file === undefined ? weights[0] : weights.find(({ path: name }) => name === file || path.posix.basename(name) === file);
  const size = chosen === undefined ? "" : `, ${chosen.path} and what belongs to it: ${megabytes(sum(chosen.files))}`;
  errorLine(`${repository} at ${commit.slice(0, 8)}, licence ${licence}${gated ? ", on request" : ""}${size}`);
}

const sum = (files: readonly HubFile[]): number => files.reduce((all, { bytes }) => all + bytes, 0);

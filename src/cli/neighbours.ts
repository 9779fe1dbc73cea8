import fs from "node:fs";
import path from "node:path";

import { errorLine, UsageError, wholeNumber } from "./usage.ts";
import {
  neighbours,
  openWorkspace,
  type Hit,
  type NeighboursResult,
  type Place,
  type Query,
  type SearchFilter,
} from "../protocol/workspace.ts";
import { chosenEncoders } from "./encoderChoice.ts";
import { withEngine } from "./engine.ts";
import { bringUpToDate, onlyFolder } from "./index.ts";
import { workspaceOf } from "./indexStorage.ts";
import type { CommandArguments } from "./main.ts";
import { progressLine } from "./progressLine.ts";
import { remoteAccess } from "./remoteAccess.ts";
import { sayTexts } from "./sending.ts";
import { table } from "./table.ts";

const NEIGHBOURS = 10;

export async function neighboursCommand({ values, paths }: CommandArguments): Promise<void> {
  const folder = onlyFolder("neighbours", paths);
  const workspace = workspaceOf(folder, values.storage);
  const k = wholeNumber("k", values.k, 1) ?? NEIGHBOURS;
  const query = queryOf(values, folder);
  const filter: SearchFilter = {
    ...(values.path === undefined ? {} : { path: values.path }),
    ...(values["other-files"] === true ? { otherFiles: true } : {}),
  };
  const progress = progressLine();
  const result = await withEngine(
    async (engine, token) => {
      const encoders = await chosenEncoders(engine, values.models);
      await engine.request(openWorkspace, workspace);
      if (values["as-is"] !== true) await bringUpToDate(engine, encoders, token);
      if (query.kind === "words") await sayTexts(engine, encoders, [query.text]);
      return engine.request(neighbours, { query, encoders, k, filter }, { token });
    },
    { onIndexChanged: progress.show, ...remoteAccess(values) },
  ).finally(progress.end);

  const failed = result.outcomes.flatMap((outcome) => (outcome.ok ? [] : [outcome]));
  if (values.json === true) console.log(JSON.stringify(jsonOf(result)));
  else console.log(reportOf(result));
  for (const { id, error } of failed) errorLine(`${id}: ${error.message}`);
  // BM25 is always among the outcomes, and is no encoder.
  if (failed.length > 0 && failed.length >= result.outcomes.length - 1) process.exitCode = 1;
}

function queryOf({ text, at }: CommandArguments["values"], folder: string): Query {
  if ((text === undefined) === (at === undefined)) throw new UsageError("neighbours needs either --text or --at.");
  if (text !== undefined) return { kind: "words", text };
  const [, name, line] = /^(.+):(\d+)$/.exec(at!) ?? [];
  if (name === undefined || Number(line) < 1) throw new UsageError("--at is PATH:LINE, lines counted from 1.");
  const candidates = [path.resolve(name), path.resolve(folder, name)];
  const file = candidates.find((candidate) => fs.existsSync(candidate)) ?? candidates[1]!;
  return {
    kind: "place",
    path: fs.existsSync(file) ? fs.realpathSync(file) : file,
    position: { line: Number(line) - 1, character: 0 },
  };
}

/** Lines and columns from 1, scores with six digits; a text that stands in more places says where else. */
function jsonOf({ query, files, segments, outcomes }: NeighboursResult): object {
  const found = outcomes.flatMap((outcome) => (outcome.ok ? [outcome] : []));
  const errors = outcomes.flatMap((outcome) => (outcome.ok ? [] : [[outcome.id, outcome.error] as const]));
  return {
    query: { label: query.label, ...(query.place === undefined ? {} : placeOf(query.place)) },
    coverage: { files, segments, models: Object.fromEntries(found.map(({ id, coverage }) => [id, coverage])) },
    models: Object.fromEntries(found.map(({ id, hits }) => [id, hits.map(hitOf)])),
    ...(errors.length === 0 ? {} : { errors: Object.fromEntries(errors) }),
  };
}

function hitOf({ score, percentile, places: [first, ...others] }: Hit, at: number): object {
  return {
    rank: at + 1,
    score: Number(score.toFixed(6)),
    ...(percentile === null ? {} : { percentile: Number(percentile.toFixed(4)) }),
    ...placeOf(first!),
    ...(others.length === 0 ? {} : { also: others.map(placeOf) }),
  };
}

const placeOf = ({ path: shown, range: { start, end }, label }: Place) => ({
  path: shown,
  start: { line: start.line + 1, column: start.character + 1 },
  end: { line: end.line + 1, column: end.character + 1 },
  label,
});

function reportOf({ query, segments, outcomes }: NeighboursResult): string {
  const at = query.place === undefined ? "" : ` (${lineOf(query.place)})`;
  const parts = outcomes.flatMap((outcome) => {
    if (!outcome.ok) return [];
    const { id, hits, scale, coverage } = outcome;
    const part = coverage.done < coverage.total ? `, ${Math.floor((100 * coverage.done) / coverage.total)} % indexed` : "";
    const spread = scale === null ? "" : `random pairs ${scale.p5.toFixed(2)} to ${scale.p95.toFixed(2)}`;
    const rows = hits.map(({ score, places: [first, ...others] }, rank) => [
      String(rank + 1),
      score.toFixed(2),
      first!.label,
      `${lineOf(first!)}${others.length === 0 ? "" : ` +${others.length}`}`,
    ]);
    return [`\n${id}${part}${spread === "" ? "" : ` · ${spread}`}\n${table(["", "score", "segment", "place"], rows)}`];
  });
  return [`Nearest to ${query.label}${at} among ${segments.toLocaleString("en")} segments`, ...parts].join("\n");
}

const lineOf = ({ path: shown, range }: Place): string => `${shown}:${range.start.line + 1}`;

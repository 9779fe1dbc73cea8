import type { EncoderChoice } from "../protocol/engine.ts";
import {
  openWorkspace,
  setPace,
  startIndexing,
  type IndexingResult,
  type IndexStatus,
  type SkipReason,
} from "../protocol/workspace.ts";
import type { CancellationToken } from "../core/base/cancellation.ts";
import type { EngineClient } from "../process/engineClient.ts";
import { chosenEncoders } from "./encoderChoice.ts";
import { withEngine } from "./engine.ts";
import { workspaceOf } from "./indexStorage.ts";
import type { CommandArguments } from "./main.ts";
import { progressLine } from "./progressLine.ts";
import { remoteAccess } from "./remoteAccess.ts";
import { sayIndex } from "./sending.ts";
import { table } from "./table.ts";
import { errorLine, UsageError } from "./usage.ts";

export async function indexCommand({ values, paths }: CommandArguments): Promise<void> {
  const workspace = workspaceOf(onlyFolder("index", paths), values.storage);
  const progress = progressLine();
  const { status, embedded, seconds } = await withEngine(
    async (engine, token) => {
      const encoders = await chosenEncoders(engine, values.models);
      await engine.request(openWorkspace, workspace);
      return bringUpToDate(engine, encoders, token);
    },
    { onIndexChanged: progress.show, ...remoteAccess(values) },
  ).finally(progress.end);

  if (values.json === true) console.log(JSON.stringify(jsonOf(status, embedded, seconds)));
  else console.log(reportOf(status, embedded, seconds));
  sayFailures(status);
}

/** A command waits for nothing else: it may have the whole machine. */
export async function bringUpToDate(
  engine: EngineClient,
  encoders: readonly EncoderChoice[],
  token: CancellationToken,
): Promise<IndexingResult> {
  await engine.request(setPace, { cpu: "full", onBattery: "same" });
  await sayIndex(engine, encoders, token);
  return engine.request(startIndexing, { encoders }, { token });
}

export function onlyFolder(command: string, paths: readonly string[]): string {
  const [folder, ...more] = paths;
  if (folder === undefined || more.length > 0) throw new UsageError(`${command} needs one folder.`);
  return folder;
}

/** Says what went wrong without ending the command; it has failed when no encoder worked. */
export function sayFailures({ encoders, storage }: IndexStatus): void {
  if (storage.notice !== undefined) errorLine(`${storage.notice.message} ${storage.notice.hint ?? ""}`);
  const failed = encoders.flatMap(({ id, error }) => (error === undefined ? [] : [{ id, error }]));
  for (const { id, error } of failed) errorLine(`${id}: ${error.message}`);
  if (failed.length > 0 && failed.length === encoders.length) process.exitCode = 1;
}

function jsonOf(status: IndexStatus, embedded: IndexingResult["embedded"], seconds: number): object {
  return {
    files: status.files,
    segments: status.segments,
    texts: status.texts,
    skipped: status.skipped,
    seconds: Number(seconds.toFixed(3)),
    models: Object.fromEntries(
      status.encoders.map(({ id, done, total, bytes, error }) => [
        id,
        { embedded: embedded[id] ?? 0, done, total, bytes, ...(error === undefined ? {} : { error }) },
      ]),
    ),
    storage: status.storage,
  };
}

const REASONS: Readonly<Record<SkipReason, string>> = {
  ignored: "ignored by .gitignore",
  excluded: "excluded",
  secret: "may hold a secret",
  binary: "not text",
  tooLarge: "larger than 1 MB",
  linkOutside: "links that lead outside",
  notAFile: "no plain files",
  unreadable: "unreadable",
};

function reportOf(
  { files, segments, texts, skipped, encoders }: IndexStatus,
  embedded: IndexingResult["embedded"],
  seconds: number,
): string {
  const number = (value: number): string => value.toLocaleString("en");
  const rows = encoders.map(({ id, done, total, bytes }) => [
    id,
    `${number(done)} of ${number(total)}`,
    number(embedded[id] ?? 0),
    `${(bytes / 1e6).toFixed(1)} MB`,
  ]);
  return [
    `${number(files)} files, ${number(segments)} segments, ${number(texts)} different texts in ${seconds.toFixed(1)} s`,
    ...skipped.map(
      ({ reason, count, examples }) =>
        `  skipped ${number(count)}: ${REASONS[reason]} (${examples.join(", ")}${count > examples.length ? ", …" : ""})`,
    ),
    table(["encoder", "texts with a vector", "embedded now", "vectors"], rows),
  ].join("\n");
}

import { createHash } from "node:crypto";
import fs from "node:fs";
import path from "node:path";

import * as v from "valibot";

import type { EncoderCard, Precision } from "../../core/encoders/card.ts";
import type { ConvertResult } from "../../protocol/encoder.ts";
import { EmbedError } from "../../protocol/errors.ts";
import { noEncoder } from "../../protocol/hubErrors.ts";
import type {
  HubAccess,
  HubWeights,
  ImportProgress,
  ImportResult,
  RepositoryChoice,
  RepositoryDescription,
} from "../../protocol/hub.ts";
import { shortText } from "../boundedFiles.ts";
import { checkFiles, underOwnNames } from "./checkFiles.ts";
import { chosenWeights, isDefault, weightsIn, type EncoderFiles } from "./encoderFiles.ts";
import { fetchFiles } from "./fetchFiles.ts";
import { hubClient, repositoryPage, type HubClient } from "./hubClient.ts";
import { importedCard } from "./importedCard.ts";
import { keepEncoder, readRecord, type ImportSource } from "./keepEncoder.ts";
import { localFiles, type LocalFiles } from "./localFiles.ts";
import { findRepository, type Repository } from "./repository.ts";
import { convertModel, tryModel, type TrialProgram } from "./trial.ts";

export interface ImportOptions {
  /** Folder of imported encoders. */
  readonly folder: string;
  readonly file: string | undefined;
  /** Whether an id belongs to an encoder that is not in `folder`. */
  readonly isTaken: (id: string) => boolean;
  readonly encoder: TrialProgram;
  readonly report: (progress: ImportProgress) => void;
  readonly signal: AbortSignal;
}

export async function describe(access: HubAccess, choice: RepositoryChoice, signal: AbortSignal): Promise<RepositoryDescription> {
  const repository = await findRepository(hubClient(access), choice.repository, choice.revision ?? MAIN, signal);
  const { id, commit, licence, tags, gated } = repository;
  const size = new Map(repository.files.map(({ path: name, bytes }) => [name, bytes]));
  const weights = weightsIn(id, [...size.keys()]).map(({ weights: name, precision, files }): HubWeights => {
    const all = [...files.keys()].map((file) => ({ path: file, bytes: size.get(file)! }));
    return { path: name, bytes: size.get(name)!, precision, files: all };
  });
  return { repository: id, commit, licence, tags, gated, weights };
}

export async function importFromHub(access: HubAccess, choice: RepositoryChoice, options: ImportOptions): Promise<ImportResult> {
  const { report, signal } = options;
  report({ kind: "import", phase: "asking", done: 0, total: 0 });
  const hub = hubClient(access);
  const repository = await findRepository(hub, choice.repository, choice.revision ?? MAIN, signal);
  const chosen = readable(
    repository.id,
    chosenWeights(repository.id, weightsIn(repository.id, pathsOf(repository)), options.file),
  );
  const wanted = repository.files.filter(({ path: name }) => chosen.files.has(name));
  const places = await fetchFiles({ hub, repository, files: wanted, cache: access.cache, report, signal });
  return keep(options, {
    place: repository.id,
    chosen,
    sourceOf: (name) => places.get(name)!,
    id: idOf(repository.id.replaceAll("/", "--"), shownRevision(repository), chosen),
    name: nameOf(repository.id, shownRevision(repository), chosen),
    source: sourceOf(hub, repository, chosen),
    homepage: repositoryPage(hub.address, repository.id),
  });
}

export async function importFromPath(place: string, options: ImportOptions): Promise<ImportResult> {
  const local = localFiles(place);
  const all = weightsIn(place, local.paths, modulesOf(local));
  const chosen = readable(place, chosenWeights(place, all, options.file ?? local.file));
  return keep(options, {
    place,
    chosen,
    sourceOf: local.source,
    id: idOf(local.name, undefined, chosen),
    name: nameOf(local.name, undefined, chosen),
    source: { kind: "path", path: local.folder, file: chosen.weights },
  });
}

/** Folders of the modules in modules.json; undefined where that is none, about which whoever opens the model complains. */
function modulesOf({ paths, source }: LocalFiles): readonly string[] | undefined {
  if (!paths.includes("modules.json")) return undefined;
  try {
    const listed = v.parse(MODULES, JSON.parse(readText(source("modules.json")) ?? ""));
    return listed.map(({ path: place }) => path.posix.join(place).replace(/\/$/, "").replace(/^\.$/, ""));
  } catch (error) {
    if (error instanceof EmbedError) throw error;
    return undefined;
  }
}

const MODULES = v.array(v.looseObject({ path: v.optional(v.string(), "") }));

/** The revision of a repository that is meant when none is named. */
const MAIN = "main";

const pathsOf = ({ files }: Repository): string[] => files.map(({ path: name }) => name);

const sourceOf = ({ address }: HubClient, { id, revision, commit }: Repository, { weights }: EncoderFiles): ImportSource => ({
  kind: "hub",
  endpoint: address.href,
  repository: id,
  revision,
  commit,
  file: weights,
});

type ReadableFiles = EncoderFiles & { readonly precision: Precision };

function readable(place: string, { precision, ...chosen }: EncoderFiles): ReadableFiles {
  if (precision !== "other") return { ...chosen, precision };
  throw noEncoder(place, `${chosen.weights} is of a precision that is not read here`, "Choose another model file with --file.");
}

const shownRevision = ({ revision }: Repository): string | undefined =>
  revision === MAIN ? undefined : /^[0-9a-f]{40}$/.test(revision) ? revision.slice(0, 8) : revision;

/** For people: like the id, what is not the usual is said. */
function nameOf(name: string, revision: string | undefined, { weights }: EncoderFiles): string {
  const at = revision === undefined ? "" : `@${revision}`;
  return `${name}${at}${isDefault(weights) ? "" : ` (${stemOf(weights)})`}`;
}

const stemOf = (weights: string): string => path.posix.basename(weights, path.posix.extname(weights));

/** Longest id: it is a folder's name, and some systems count the whole path. */
const MAX_ID = 100;

/** A folder's name that says what was asked for: repository, revision where one was named, file where it is not the usual one. */
function idOf(name: string, revision: string | undefined, { weights }: EncoderFiles): string {
  const parts = [name, revision === undefined ? "" : `@${revision}`, isDefault(weights) ? "" : `--${stemOf(weights)}`];
  const id = parts
    .join("")
    .replace(/[^\w.@-]/g, "_")
    .slice(0, MAX_ID);
  // A leading dot hides a folder, a trailing one Windows drops.
  return id.replace(/^\.+/, "").replace(/\.+$/, "") || "encoder";
}

interface Found {
  readonly place: string;
  readonly chosen: ReadableFiles;
  readonly sourceOf: (name: string) => string;
  readonly id: string;
  readonly name: string;
  readonly source: ImportSource;
  readonly homepage?: string;
}

async function keep(options: ImportOptions, found: Found): Promise<ImportResult> {
  const { folder, signal, report } = options;
  const { chosen, place, source } = found;
  const id = await freeId(options, found);
  const { precision } = chosen;
  const files = new Map([...chosen.files].map(([from, to]) => [to, found.sourceOf(from)]));
  if (source.kind === "path") await checkFiles([...files.values()], folder, signal);
  const ownPlace = source.kind === "path" ? source.path : source.repository;
  // The folder itself comes last: its name begins the others'.
  const ownNames = new Map([...[...chosen.files].map(([from, to]) => [to, `${ownPlace}/${from}`] as const), ["", ownPlace]]);
  let parameters: number | undefined;
  const tryOut = async (part: string): Promise<EncoderCard> => {
    report({ kind: "import", phase: "trying", done: 0, total: 0 });
    const loaded = await underOwnNames(part, ownNames, () =>
      tryModel(options.encoder, { folder: part, precision }, place, signal),
    );
    return importedCard({
      read: (name) => readText(path.join(part, name)),
      loaded,
      homepage: found.homepage,
      repository: source.kind === "hub" ? source.repository : undefined,
      parameters,
    });
  };
  const build = async (part: string): Promise<ConvertResult> => {
    report({ kind: "import", phase: "building", done: 0, total: 0 });
    const converted = await underOwnNames(part, ownNames, () =>
      convertModel(options.encoder, { folder: part, weights: chosen.files.get(chosen.weights)! }, place, signal),
    );
    parameters = converted.parameters;
    return converted;
  };
  const kept = await keepEncoder({
    folder,
    id,
    name: found.name,
    source,
    files,
    build: chosen.weights.endsWith(".onnx") ? undefined : build,
    tryOut,
    onWaiting: () => {
      report({ kind: "import", phase: "waiting", done: 0, total: 0 });
    },
    signal,
  });
  return { id, ...kept };
}

/** The wished id, unless it belongs to an encoder from elsewhere: then one that says so by part of a hash. */
async function freeId({ folder, isTaken }: ImportOptions, { id, source }: Found): Promise<string> {
  const known = (await readRecord(path.join(folder, id)))?.source;
  const mine = known === undefined ? !fs.existsSync(path.join(folder, id)) && !isTaken(id) : isSame(known, source);
  if (mine) return id;
  return `${id}-${createHash("sha256").update(originOf(source)).digest("hex").slice(0, 6)}`;
}

const isSame = (a: ImportSource, b: ImportSource): boolean => originOf(a) === originOf(b);

/** What makes two imports one encoder, of which the later is the newer state. */
const originOf = (source: ImportSource): string =>
  source.kind === "hub"
    ? JSON.stringify([source.repository, source.revision, source.file])
    : JSON.stringify([source.path, source.file]);

/** Settings and cards are short, tables of benchmarks in a card less so; what is longer is none. */
const MAX_TEXT = 4_000_000;

const readText = (file: string): string | undefined => shortText(file, MAX_TEXT);

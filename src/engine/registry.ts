import fs from "node:fs";
import { createRequire } from "node:module";
import path from "node:path";

import { defaultPrecision, PRECISIONS, type EncoderCard, type Precision } from "../core/encoders/card.ts";
import { editedCard } from "../core/encoders/editedCard.ts";
import { prefixOf, type Role } from "../core/encoders/prompts.ts";
import { parseVariant, type EncoderSettings } from "../core/encoders/variant.ts";
import { bareModel, weightFiles } from "../core/encoders/manifest.ts";
import type { ModelKey } from "../protocol/encoder.ts";
import type { EncoderChoice, EncoderInfo, EncoderState } from "../protocol/engine.ts";
import { badRequest, unknownEncoder, type EmbedErrorData } from "../protocol/errors.ts";
import type { RemoteInfo } from "../protocol/remote.ts";
import { filesIn, shortText, sizesOf } from "./boundedFiles.ts";
import { findEncoders, recordsIn, stampOf } from "./findEncoders.ts";
import type { RemoteEncoder } from "./remote/remotePool.ts";
import { serverAddress, type RemoteRecord } from "./remote/remoteRecord.ts";
import { precisionOf } from "./hub/encoderFiles.ts";
import { publishedPrompts } from "./publishedPrompts.ts";
import type { EditedCards } from "./cards/cardEdits.ts";

/** The encoders that are on this machine, and how each is doing. */
export interface Registry {
  /** Also those that another process has added since; they are told of too. */
  list(): readonly EncoderInfo[];
  /** `id` of an encoder, not of a variant. */
  info(id: string): EncoderInfo | undefined;
  /** An encoder as its publisher made it, without what the user put over its card. Throws `unknownEncoder`. */
  published(id: string): { readonly card: EncoderCard; readonly folder: string };
  /** Tells of an encoder whose card was edited. */
  tell(id: string): void;
  /** What a choice means: which model, and what is set about it. Throws `unknownEncoder` or `badRequest`. */
  resolve(choice: EncoderChoice, role?: Role): ResolvedChoice;
  /** Whether a choice's encoder is a table without a network: it costs next to nothing. */
  isStatic(choice: EncoderChoice): boolean;
  /** Changes whenever vectors of the choice might: a cheap stand-in for the identity, which only an opened model has. */
  stampOf(choice: EncoderChoice, role: Role): string;
  /** Where an encoder runs; null for one that runs on this machine, undefined where there is none of this id. */
  remoteOf(id: string): RemoteRecord | null | undefined;
  /** The remote encoder that a model folder stands for, if it does. */
  remoteIn(folder: string): RemoteEncoder | undefined;
  /** `id` of the encoder or of a variant of it. */
  setState(id: string, state: EncoderState, error?: EmbedErrorData): void;
  /** Looks at the folders again, and tells of encoders that are new or have changed. */
  refresh(): void;
}

export interface ResolvedChoice {
  /** The encoder's own id, without settings. */
  readonly base: string;
  readonly model: ModelKey;
  /** Put before each text. */
  readonly prefix: string;
  readonly settings: Omit<EncoderSettings, "precision" | "prompt">;
}

export function createRegistry(
  folders: readonly string[],
  onChanged: (encoder: EncoderInfo) => void,
  editedCards: Pick<EditedCards, "of" | "refresh"> = NOTHING_EDITED,
): Registry {
  const states = new Map<string, { state: EncoderState; error?: EmbedErrorData }>();
  let records = recordsIn(folders);
  let encoders = findEncoders(folders);

  const infoOf = (id: string): EncoderInfo => {
    const { folder, name, card, bundled, remote } = encoders.get(id)!;
    const precisions = remote === undefined ? precisionsIn(folder) : [];
    const known = states.get(id) ?? { state: precisions.length > 0 || remote !== undefined ? "ready" : "missing" };
    const info = { id, name, bundled, ...known, card: editedCard(card, editedCards.of(id)), precisions };
    if (remote === undefined) return info;
    const at = infoOfRemote(remote);
    return { ...info, card: { ...info.card, server: at.origin }, remote: at };
  };

  const refresh = (): void => {
    const before = encoders;
    // First, so that what comes in between is seen the next time.
    records = recordsIn(folders);
    encoders = findEncoders(folders);
    for (const [id, encoder] of encoders) {
      if (before.get(id)?.stamp === encoder.stamp) continue;
      // Whatever it was like, these are other files.
      states.delete(id);
      onChanged(infoOf(id));
    }
  };

  const resolve = ({ id, ...beside }: EncoderChoice, role?: Role): ResolvedChoice => {
    const known = encoders.get(id);
    const { base, settings: named, wrong } = known === undefined ? parseVariant(id) : { base: id, settings: {}, wrong: [] };
    if (wrong.length > 0) throw badRequest(`${wrong[0]} is no setting of an encoder.`);
    const found = known ?? encoders.get(base);
    const folder = found?.folder ?? (path.isAbsolute(base) && fs.existsSync(base) ? base : undefined);
    if (folder === undefined) throw unknownEncoder(base);
    if (found === undefined && folder.endsWith(".onnx"))
      throw badRequest(`${folder} is one file: import it and use its id, or name its folder.`);
    const { precision, prompt, ...settings } = { ...named, ...beside };
    if (precision !== undefined && found?.remote !== undefined)
      throw badRequest("A remote encoder has no setting precision: its server decides.");
    const prefix = prefixOf(found?.card ?? promptsIn(folder), prompt === undefined ? {} : { prompt }, role);
    const own = (): Precision => defaultPrecision(precisionsIn(folder).map((one) => one.precision));
    return { base, model: { folder, precision: precision ?? own() }, prefix, settings };
  };

  return {
    list: () => {
      if (recordsIn(folders) !== records) refresh();
      editedCards.refresh();
      return [...encoders.keys()].map(infoOf);
    },
    info: (id) => {
      editedCards.refresh();
      return encoders.has(id) ? infoOf(id) : undefined;
    },
    published: (id) => {
      const found = encoders.get(id);
      if (found === undefined) throw unknownEncoder(id);
      return found;
    },
    tell: (id) => {
      if (encoders.has(id)) onChanged(infoOf(id));
    },
    resolve,
    isStatic: ({ id }) => {
      const card = encoders.get(parseVariant(id).base)?.card;
      return card?.layers === 0 && card.pooling !== "graph";
    },
    stampOf: (choice, role) => {
      const { model, prefix, settings } = resolve(choice, role);
      return JSON.stringify([RUNTIME, model, prefix, settings, stampOf(model.folder)]);
    },
    remoteOf: (id) => {
      const found = encoders.get(id);
      return found === undefined ? undefined : (found.remote ?? null);
    },
    remoteIn: (folder) => {
      const found = [...encoders.values()].find((encoder) => encoder.folder === folder);
      return found?.remote === undefined ? undefined : { record: found.remote, card: found.card };
    },
    setState: (named, state, error) => {
      const id = encoders.has(named) ? named : parseVariant(named).base;
      const before = states.get(id);
      if (!encoders.has(id) || (before?.state === state && before.error === error)) return;
      states.set(id, error === undefined ? { state } : { state, error });
      onChanged(infoOf(id));
    },
    refresh,
  };
}

const NOTHING_EDITED: Pick<EditedCards, "of" | "refresh"> = { of: () => ({}), refresh: () => undefined };

const infoOfRemote = (record: RemoteRecord): RemoteInfo => ({
  protocol: record.protocol,
  origin: serverAddress(record).origin,
  model: record.model,
  since: record.since,
});

/** Where a network's files lie in its folder: in old ones they have a folder of their own. */
const NETWORKS = ["", "0_Transformer"];

/** Where the weights of each precision may lie, the usual places first. */
const WEIGHTS = PRECISIONS.map((precision) => ({
  precision,
  places: NETWORKS.flatMap((place) => weightFiles(precision).map((name) => path.posix.join(place, name))),
}));
const PLACES = WEIGHTS.flatMap(({ places }) => places);

/** What is on disk of a model folder, with sizes in bytes. A file of the right name counts whatever it is: opening it tells. */
function precisionsIn(folder: string): readonly { readonly precision: Precision; readonly bytes: number }[] {
  const sizes = sizesOf(folder, PLACES);
  const known = WEIGHTS.flatMap(({ precision, places }) => {
    const place = places.find((name) => sizes.has(name));
    return place === undefined ? [] : [{ precision, bytes: sizes.get(place)! }];
  });
  if (known.length > 0) return known;
  const files = filesIn(folder);
  const bare = bareModel(files.map(({ path: name }) => name));
  if (bare === undefined) return [];
  const precision = precisionOf(bare);
  return [{ precision: precision === "other" ? "fp32" : precision, bytes: files.find(({ path: name }) => name === bare)!.bytes }];
}

/** The prompts of a folder that has no card of ours, by its publisher's own file. */
const promptsIn = (folder: string): Pick<EncoderCard, "prompts" | "defaultPrompt"> =>
  publishedPrompts(shortText(path.join(folder, "config_sentence_transformers.json")));

/** The version of ONNX Runtime that this installation carries; it is part of every vector's identity. */
const RUNTIME = runtimeVersion();

function runtimeVersion(): string {
  const require = createRequire(import.meta.url);
  try {
    return (require("onnxruntime-node/package.json") as { version: string }).version;
  } catch {
    return "unknown";
  }
}

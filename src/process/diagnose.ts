import type { CancellationToken } from "../core/base/cancellation.ts";
import { parseVariant } from "../core/encoders/variant.ts";
import { listEncoders, type EncoderChoice, type EncoderInfo, type Progress } from "../protocol/engine.ts";
import { errorData, type EmbedErrorData } from "../protocol/errors.ts";
import {
  comparePrecisions,
  engineFacts,
  findMisconfiguration,
  selfTest,
  type EngineFacts,
  type FolderFacts,
  type MisconfigurationResult,
  type PrecisionsResult,
  type ProofParams,
  type SelfTestResult,
} from "../protocol/proof.ts";
import type { RequestContract } from "../protocol/contract.ts";
import type { EngineClient } from "./engineClient.ts";

/** What came of one part of the report; null where it was left out. */
export type Told<T> = { readonly ok: true; readonly result: T } | { readonly ok: false; readonly error: EmbedErrorData } | null;

/** All that is known of whether one encoder is right. */
export interface Diagnosis {
  readonly id: string;
  readonly name: string;
  /** Why nothing was looked at. */
  readonly skipped?: string;
  /** One for each precision that was tested. */
  readonly selfTests: readonly SelfTestResult[];
  readonly detector: Told<MisconfigurationResult>;
  readonly precisions: Told<PrecisionsResult>;
}

export interface DoctorReport {
  readonly engine: EngineFacts;
  /** Whether every self-test passed. */
  readonly passed: boolean;
  readonly encoders: readonly Diagnosis[];
}

export interface DiagnoseOptions {
  /** Only these; otherwise every encoder of this machine. */
  readonly encoders?: readonly EncoderChoice[];
  /** The self-test of the precision that runs by itself, and no more. */
  readonly quick: boolean;
  /** Folders to tell of besides the encoders'. */
  readonly folders?: readonly Omit<FolderFacts, "freeBytes">[];
  readonly token: CancellationToken;
  /** What is under way, and how much of it is done, 0 … 1. */
  readonly onProgress: (what: string, share: number) => void;
}

/** Asks the engine all that the doctor tells. Rejects when it is cancelled and when there is no engine; what fails else is told. */
export async function diagnose(client: EngineClient, options: DiagnoseOptions): Promise<DoctorReport> {
  const { folders = [], quick } = options;
  const engine = await client.request(engineFacts, { folders }, { token: options.token });
  const known = await client.request(listEncoders, null);
  const choices = options.encoders ?? known.map(({ id }) => ({ id }));
  const encoders: Diagnosis[] = [];
  for (const choice of choices) {
    const info = known.find(({ id }) => id === choice.id) ?? known.find(({ id }) => id === parseVariant(choice.id).base);
    const name = info?.id === choice.id ? info.name : choice.id;
    const skipped = options.encoders === undefined ? reasonToSkip(info) : undefined;
    encoders.push(
      skipped === undefined
        ? { name, ...(await diagnoseOne(client, choice, info, quick, options)) }
        : { id: choice.id, name, skipped, selfTests: [], detector: null, precisions: null },
    );
  }
  const passed = encoders.every(({ selfTests }) => selfTests.every((one) => one.passed));
  return { engine, passed, encoders };
}

/** Whoever asks for all means those that can be tested without further ado. */
function reasonToSkip(info: EncoderInfo | undefined): string | undefined {
  if (info?.card.input === "image") return "It reads images; these tests are of text.";
  return info?.remote === undefined ? undefined : `It runs at ${info.remote.origin}, and is asked only when it is named.`;
}

async function diagnoseOne(
  client: EngineClient,
  choice: EncoderChoice,
  info: EncoderInfo | undefined,
  quick: boolean,
  { token, onProgress }: DiagnoseOptions,
): Promise<Omit<Diagnosis, "name">> {
  const ask = async <R>(contract: RequestContract<ProofParams, R>, what: string, encoder: EncoderChoice): Promise<R> => {
    const label = `${encoder.id}${encoder.precision === undefined ? "" : ` ${encoder.precision}`}: ${what}`;
    onProgress(label, 0);
    const told = (progress: Progress): void => {
      if (progress.kind === "steps") onProgress(label, progress.total === 0 ? 1 : progress.done / progress.total);
    };
    return client.request(contract, { encoder }, { token, onProgress: told });
  };
  const tell = async <R>(contract: RequestContract<ProofParams, R>, what: string): Promise<Told<R>> => {
    try {
      return { ok: true, result: await ask(contract, what, choice) };
    } catch (error) {
      if (token.isCancellationRequested) throw error;
      return { ok: false, error: errorData(error) };
    }
  };
  const selfTests: SelfTestResult[] = [];
  for (const one of precisionsToTest(choice, info, quick)) selfTests.push(await ask(selfTest, "self-test", one));
  const opened = selfTests.some(({ identity }) => identity !== null);
  const more = !quick && opened;
  return {
    id: choice.id,
    selfTests,
    detector: more ? await tell(findMisconfiguration, "looking for better settings") : null,
    precisions:
      more && info !== undefined && info.precisions.length > 1 ? await tell(comparePrecisions, "comparing precisions") : null,
  };
}

/** The choice in each precision, unless it names one. */
function precisionsToTest(choice: EncoderChoice, info: EncoderInfo | undefined, quick: boolean): readonly EncoderChoice[] {
  const named = choice.precision ?? parseVariant(choice.id).settings.precision;
  if (quick || named !== undefined || info === undefined || info.precisions.length < 2) return [choice];
  return info.precisions.map(({ precision }) => ({ ...choice, precision }));
}

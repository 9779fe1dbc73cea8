import * as vscode from "vscode";

import { CHECK_TITLES } from "../../core/proof/check.ts";
import { diagnose, type Diagnosis } from "../../process/diagnose.ts";
import { betterOf, selfTestWords, settingsWords } from "../../process/diagnosisWords.ts";
import type { CardReport } from "../../protocol/cardsPanel.ts";
import { selfTest, type SelfTestResult } from "../../protocol/proof.ts";
import type { Cards } from "../cards/cards.ts";
import { COMMANDS } from "../contributions.ts";
import { encoderOf, type Badge, type Encoder, type Encoders, type EncoderTree } from "../encoders/encoders.ts";
import { complain } from "../status/complain.ts";
import type { Engine } from "../status/engine.ts";
import { underNotification } from "../status/underNotification.ts";
import { registerDoctor } from "./doctor.ts";
import { createProofResults, type Proof, type ProofResults } from "./proofResults.ts";
import { precisionsReport, selfTestReport, settingsReport } from "./proofReports.ts";

export interface ProofParts {
  readonly engine: Engine;
  readonly encoders: Encoders & EncoderTree;
  readonly cards: Cards;
}

/** Whether encoders are right: a test on adding one and on demand, a badge in the tree, reports under the card, the doctor. */
export function registerProof(context: vscode.ExtensionContext, { engine, encoders, cards }: ProofParts): vscode.Disposable {
  const results = createProofResults(context, engine, encoders);
  const test = (encoder: Encoder): Promise<void> => testWithProgress(engine, results, encoders, encoder);
  const report = (
    id: string,
    make: (proof: Proof, encoder: Encoder) => Omit<CardReport, "id"> | undefined,
    run?: (encoder: Encoder) => void,
  ) =>
    cards.addReport({
      id,
      of: (encoder) => {
        const made = make(results.of(encoder.id), encoder);
        return made === undefined ? undefined : { id, ...made };
      },
      ...(run === undefined ? {} : { run }),
      onDidChange: results.onDidChange,
    });

  return vscode.Disposable.from(
    results,
    encoders.setBadge(({ id }) => badgeOf(results, id), results.onDidChange),
    report(
      "selfTest",
      ({ selfTest: own }, { id, card }) => {
        const running = results.runningOf(id);
        if (card.input === "image") return undefined;
        return running === undefined
          ? selfTestReport(own)
          : { title: "Self-test", verdict: "running", summary: running, lines: [] };
      },
      (encoder) => void test(encoder),
    ),
    report(
      "settings",
      ({ settings }) => (settings === undefined ? undefined : settingsReport(settings)),
      ({ id }) => void addBetter(encoders, results.of(id)),
    ),
    report("precisions", ({ precisions }) =>
      precisions === undefined || precisions.others.length === 0 ? undefined : precisionsReport(precisions),
    ),
    results.onDidAdd((added) => void testAdded(engine, results, added)),
    vscode.commands.registerCommand(COMMANDS.testEncoder, async (target: unknown) => {
      const encoder = (await encoderOf(encoders, target)) ?? (await pickEncoder(encoders));
      if (encoder !== undefined) await test(encoder);
    }),
    registerDoctor(engine, async (diagnosis) => {
      await keepDiagnosis(results, diagnosis);
    }),
  );
}

function badgeOf(results: ProofResults, id: string): Badge | undefined {
  if (results.runningOf(id) !== undefined) return { words: "testing", outcome: "running" };
  const { selfTest: own, settings } = results.of(id);
  if (own === undefined) return undefined;
  if (!own.passed) return { words: `✗ ${selfTestWords(own)}`, outcome: "failed" };
  return settings === undefined || betterOf(settings) === undefined
    ? { words: "✓ tested", outcome: "passed" }
    : { words: "! better settings", outcome: "warning" };
}

async function pickEncoder(encoders: Encoders): Promise<Encoder | undefined> {
  const items = (await encoders.list())
    .filter(({ card }) => card.input !== "image")
    .map((encoder) => ({ label: encoder.name, detail: encoder.card.causes.architecture.value, encoder }));
  return (await vscode.window.showQuickPick(items, { title: "Test Which Encoder?", matchOnDetail: true }))?.encoder;
}

/** All there is to test of an encoder, under a notification; then its card, where the reports stand, and what to do. */
async function testWithProgress(engine: Engine, results: ProofResults, encoders: Encoders, encoder: Encoder): Promise<void> {
  if (results.runningOf(encoder.id) !== undefined) return;
  const diagnosis = await diagnosed(engine, results, encoder);
  if (diagnosis === undefined) return;
  // A server that may not be asked, or is away, says nothing about its encoder.
  if (encoder.remote === undefined || diagnosis.selfTests.every(({ identity }) => identity !== null))
    await keepDiagnosis(results, diagnosis);
  await vscode.commands.executeCommand(COMMANDS.openCard, encoder.id);
  void tellOutcome(encoders, encoder, diagnosis);
}

/** undefined when it was cancelled or failed. */
async function diagnosed(engine: Engine, results: ProofResults, { id, name }: Encoder): Promise<Diagnosis | undefined> {
  try {
    const work = { title: `Testing ${name}`, name: `testing ${name}` };
    const { encoders } = await underNotification(engine, work, (report, token) =>
      diagnose(engine.client, {
        encoders: [{ id }],
        quick: false,
        token,
        onProgress: (what, share) => {
          const words = `${what.slice(what.indexOf(": ") + 2)} ${(100 * share).toFixed(0)} %`;
          report(words);
          results.setRunning(id, `${words} …`);
        },
      }),
    );
    return encoders[0];
  } catch (thrown) {
    complain(thrown);
    return undefined;
  } finally {
    results.setRunning(id, undefined);
  }
}

/** What runs by itself is what the tree tells of; a precision that failed goes before it. */
async function keepDiagnosis(results: ProofResults, { id, selfTests, detector, precisions }: Diagnosis): Promise<void> {
  const own =
    selfTests.find((one) => !one.passed) ??
    selfTests.find((one) => one.precision === detectorPrecision(detector)) ??
    selfTests[0];
  if (own === undefined) return;
  await results.keep(id, {
    selfTest: own,
    ...(detector?.ok === true ? { settings: detector.result } : {}),
    ...(precisions?.ok === true ? { precisions: precisions.result } : {}),
  });
}

const detectorPrecision = (detector: Diagnosis["detector"]): string | undefined =>
  detector?.ok === true ? detector.result.precision : undefined;

const SHOW = "Show Report";
const ADD = "Add as Variant";

async function tellOutcome(encoders: Encoders, { name }: Encoder, { selfTests, detector }: Diagnosis): Promise<void> {
  const failed = selfTests.find(({ passed }) => !passed);
  if (failed !== undefined) void vscode.window.showWarningMessage(`${name}: ${selfTestWords(failed)}. ${firstFailure(failed)}`);
  const better = detector?.ok === true ? betterOf(detector.result) : undefined;
  if (detector?.ok !== true || better === undefined) {
    if (failed === undefined) vscode.window.setStatusBarMessage(`${name}: all checks passed.`, 5000);
    return;
  }
  const { found } = settingsWords(detector.result);
  const choice = await vscode.window.showWarningMessage(`${name}: ${found}`, ...(better.variant === null ? [] : [ADD]));
  if (choice === ADD) await addBetter(encoders, { settings: detector.result });
}

/** Puts the better way beside the encoder; one that is there already is ticked. */
async function addBetter(encoders: Encoders, { settings }: Proof): Promise<void> {
  const variant = settings === undefined ? undefined : betterOf(settings)?.variant;
  if (typeof variant !== "string") return;
  // Better may be the encoder as it is, where a variant was tested.
  if ((await encoders.list()).some(({ id }) => id === variant)) await encoders.tick(new Map([[variant, true]]));
  else await encoders.addVariants([variant]);
  vscode.window.setStatusBarMessage("It stands beside the encoder now, and is ticked.", 5000);
}

/** The self-test of each encoder that somebody added, one after the other; only a failure is told. */
async function testAdded(engine: Engine, results: ProofResults, added: readonly Encoder[]): Promise<void> {
  for (const { id, name, card, bundled, remote, variant } of added) {
    // One on a server was tried with sentences of ours when it was added; a variant is as right as its encoder.
    if (bundled || remote !== undefined || variant !== undefined || card.input === "image") continue;
    if (results.runningOf(id) !== undefined || results.of(id).selfTest !== undefined) continue;
    results.setRunning(id, "It was just added …");
    try {
      const result = await engine.client.request(selfTest, { encoder: { id } });
      await results.keep(id, { selfTest: result });
      if (!result.passed) void tellFailure(id, name, result);
    } catch {
      // It is gone again, or the engine is: the next test tells.
    } finally {
      results.setRunning(id, undefined);
    }
  }
}

async function tellFailure(id: string, name: string, result: SelfTestResult): Promise<void> {
  const words = `${name} was added, but ${selfTestWords(result)}. ${firstFailure(result)}`;
  if ((await vscode.window.showWarningMessage(words, SHOW)) === SHOW) await vscode.commands.executeCommand(COMMANDS.openCard, id);
}

function firstFailure({ checks }: SelfTestResult): string {
  const check = checks.find(({ outcome }) => outcome === "fail");
  return check === undefined ? "" : `${CHECK_TITLES[check.name]}: ${check.said}`;
}

import { createHash } from "node:crypto";

import type { CancellationToken } from "../../core/base/cancellation.ts";
import { CHECKS, fails, isPassed, notApplicable, passes, type Check } from "../../core/proof/check.ts";
import { PLAIN_TEXTS } from "../../core/proof/testTexts.ts";
import type { EncoderChoice } from "../../protocol/engine.ts";
import { cancelled, errorData } from "../../protocol/errors.ts";
import type { SelfTestResult } from "../../protocol/proof.ts";
import type { Registry } from "../registry.ts";
import { publisherChecks } from "./publisherChecks.ts";
import { openSubject, type ProofParts, type Subject } from "./subject.ts";
import { oddTextsCheck, promptCheck, truncationCheck } from "./textChecks.ts";
import { plainChecks, repeatChecks } from "./vectorChecks.ts";

export interface SelfTestOptions {
  readonly encoder: EncoderChoice;
  /** Folder of the table of reference vectors. */
  readonly references: string | undefined;
  readonly onStep: (done: number, total: number) => void;
  readonly token: CancellationToken;
}

/**
 * Looks at everything that can be wrong with an encoder without anybody's noticing. Throws only for a choice that means
 * nothing and when cancelled; what fails is a failed check, and what could not be looked at for that reason is not applicable.
 */
export async function selfTest(
  parts: ProofParts,
  { encoder, references, onStep, token }: SelfTestOptions,
): Promise<SelfTestResult> {
  const started = performance.now();
  const stamp = stampOf(parts.registry, encoder);
  const about = { id: encoder.id, stamp };
  const end = (subject: Subject | undefined, checks: readonly Check[]): SelfTestResult => ({
    ...about,
    precision: subject?.precision ?? null,
    identity: subject?.identity ?? null,
    passed: isPassed(checks),
    checks: CHECKS.map(
      (name) => checks.find((check) => check.name === name) ?? notApplicable(name, "It could not be looked at."),
    ),
    ms: performance.now() - started,
  });
  if (parts.registry.info(parts.registry.resolve(encoder).base)?.card.input === "image")
    return end(undefined, [notApplicable("opens", "It reads images; this test is of text.")]);

  let subject: Subject | undefined;
  const checks: Check[] = [];
  try {
    subject = await openSubject(parts, encoder, token);
    checks.push(passes("opens", `It opened in ${subject.loaded.ms.toFixed(0)} ms.`));
    const plain = await subject.encode(PLAIN_TEXTS);
    checks.push(...plainChecks(subject, plain));
    const open = subject;
    const steps: readonly (() => Promise<Check | readonly Check[]>)[] = [
      () => repeatChecks(open, plain),
      () => truncationCheck(open),
      () => promptCheck(open),
      () => oddTextsCheck(open),
      () => publisherChecks(open, references),
    ];
    for (const [done, step] of steps.entries()) {
      onStep(done, steps.length);
      const made = await step();
      checks.push(...(Array.isArray(made) ? (made as readonly Check[]) : [made as Check]));
    }
    onStep(steps.length, steps.length);
  } catch (error) {
    if (token.isCancellationRequested) throw cancelled();
    const { message, hint } = errorData(error);
    const words = { said: message, todo: hint ?? "Use another export of this model." };
    // Numbers that are none are refused where they arise, so that they come as an error.
    const encoding = subject !== undefined && checks.length === 1;
    if (!encoding) checks.splice(0, checks.findIndex(({ name }) => name === "opens") + 1);
    checks.push(fails(encoding ? "finite" : "opens", words));
  }
  return end(subject, checks);
}

/** Of the encoder as it is chosen: another file, another prompt, another runtime make another stamp. */
export const stampOf = (registry: Registry, choice: EncoderChoice): string =>
  createHash("sha256").update(registry.stampOf(choice, "document")).digest("hex");

import type { CancellationToken } from "../core/base/cancellation.ts";
import { CHECK_TITLES } from "../core/proof/check.ts";
import type { EngineClient } from "../process/engineClient.ts";
import { selfTestWords } from "../process/diagnosisWords.ts";
import type { ImportResult } from "../protocol/hub.ts";
import { selfTest, type SelfTestResult } from "../protocol/proof.ts";
import { errorLine } from "./usage.ts";

/** What an import gives on the command line: with the self-test of an encoder that was added by it. */
export interface TestedImport extends ImportResult {
  readonly selfTest?: SelfTestResult;
}

/** Tests an encoder that was just added, and says on standard error how it went. What fails here does not undo the import. */
export async function tested(engine: EngineClient, result: ImportResult, token: CancellationToken): Promise<TestedImport> {
  if (!result.added) {
    errorLine(`${result.id} was there already.`);
    return result;
  }
  const test = await engine.request(selfTest, { encoder: { id: result.id } }, { token });
  errorLine(`${result.id}: ${selfTestWords(test)}.`);
  for (const { name, outcome, said, todo } of test.checks)
    if (outcome === "fail") errorLine(`${CHECK_TITLES[name]}: ${said} ${todo ?? ""}`);
  return { ...result, selfTest: test };
}

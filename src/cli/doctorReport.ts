import { CHECK_TITLES, CHECKS } from "../core/proof/check.ts";
import type { Diagnosis, DoctorReport, Told } from "../process/diagnose.ts";
import { checkWords, precisionRows, settingsWords, signed, sourceWords } from "../process/diagnosisWords.ts";
import { errorWords } from "../protocol/errors.ts";
import type { EngineFacts, MisconfigurationResult, PrecisionsResult, SelfTestResult } from "../protocol/proof.ts";
import { table } from "./table.ts";

/** Words are broken here: terminals have 80 columns or more. */
const WIDTH = 80;

/** The doctor's report for a terminal. */
export function doctorReport({ engine, passed, encoders }: DoctorReport): string {
  const failed = encoders.filter(({ selfTests }) => selfTests.some((one) => !one.passed)).map(({ id }) => id);
  const end = passed ? "Every self-test passed." : `A self-test failed: ${failed.join(", ")}.`;
  return [engineLines(engine), ...encoders.map(encoderLines), wrapped(end)].join("\n\n");
}

function engineLines({ node, runtime, platform, cores, workers, memoryBytes, telemetry, folders }: EngineFacts): string {
  const facts = [
    ["Node", node],
    ["ONNX Runtime", `${runtime === "" ? "did not start" : runtime}, telemetry ${telemetry}`],
    ["Machine", `${platform}, ${cores} cores, ${workers} encoder processes, ${(memoryBytes / 1e9).toFixed(1)} GB of memory`],
    ...folders.map(({ what, path, freeBytes }) => [
      sentence(what),
      `${path} (${freeBytes === null ? "not there" : `${(freeBytes / 1e9).toFixed(1)} GB free`})`,
    ]),
  ];
  return facts.map(([name, value]) => `${name!.padEnd(17)} ${value!}`).join("\n");
}

const sentence = (words: string): string => words.charAt(0).toUpperCase() + words.slice(1);

function encoderLines({ id, skipped, selfTests, detector, precisions }: Diagnosis): string {
  const title = `${id}\n${"─".repeat(Math.min(id.length, WIDTH))}`;
  if (skipped !== undefined) return `${title}\n${wrapped(skipped)}`;
  return [title, selfTestLines(selfTests), told(detector, settingsLines), told(precisions, precisionLines)]
    .filter((part) => part !== "")
    .join("\n");
}

function told<T>(part: Told<T>, lines: (result: T) => string): string {
  if (part === null) return "";
  return `\n${part.ok ? lines(part.result) : wrapped(errorWords(part.error))}`;
}

/** One row a check, one column a precision; below, what failed and what to do about it. */
function selfTestLines(results: readonly SelfTestResult[]): string {
  const head = ["self-test", ...results.map(({ precision }) => precision ?? "not opened")];
  const rows = CHECKS.map((name, at) => [CHECK_TITLES[name], ...results.map(({ checks }) => checkWords(checks[at]!))]);
  const failures = results.flatMap(({ precision, checks }) =>
    checks
      .filter(({ outcome }) => outcome === "fail")
      .map(({ name, said, todo }) =>
        wrapped(`✗ ${precision === null ? "" : `${precision}: `}${CHECK_TITLES[name]}. ${said} ${todo ?? ""}`, "  "),
      ),
  );
  return [table(head, rows), ...failures].join("\n");
}

function settingsLines(result: MisconfigurationResult): string {
  const { configured, found, todo } = settingsWords(result);
  const lines = wrapped(`${configured} ${result.better === null ? "✓" : "!"} ${found}`);
  return todo === undefined ? lines : `${lines}\n${wrapped(`  ${todo}`, "  ")}`;
}

function precisionLines(result: PrecisionsResult): string {
  const rows = precisionRows(
    result,
    (bytes) => (bytes / 1e6).toFixed(1),
    ({ mean, low, high }) => `${signed(mean)} (${signed(low)} … ${signed(high)})`,
  );
  const head = ["precision", "MB", "cosine mean / least", "same@10", "MRR", "change (95 %)", "speed"];
  const under = `Against ${result.base.precision}, on ${sourceWords(result.source)}.`;
  return [table(head, rows), wrapped(under)].join("\n");
}

/** Lines of at most {@link WIDTH} columns; those after the first begin with `indent`. */
function wrapped(text: string, indent = ""): string {
  const lines: string[] = [];
  for (const word of text.trim().split(/\s+/)) {
    const last = lines.at(-1);
    if (last !== undefined && last.length + word.length < WIDTH) lines[lines.length - 1] = `${last} ${word}`;
    else lines.push(last === undefined ? word : indent + word);
  }
  return lines.join("\n");
}

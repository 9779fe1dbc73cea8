import { CHECK_TITLES, CHECKS, type Check } from "../core/proof/check.ts";
import type { Diagnosis, DoctorReport, Told } from "../process/diagnose.ts";
import { boundWords, settingsWords, short, signed, sourceWords } from "../process/diagnosisWords.ts";
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
  return `\n${part.ok ? lines(part.result) : wrapped(`${part.error.message} ${part.error.hint ?? ""}`)}`;
}

const MARKS: Readonly<Record<Check["outcome"], string>> = { pass: "✓", fail: "✗", notApplicable: "–" };

/** One row a check, one column a precision; below, what failed and what to do about it. */
function selfTestLines(results: readonly SelfTestResult[]): string {
  const find = (result: SelfTestResult, at: number): Check => result.checks[at]!;
  const head = ["self-test", ...results.map(({ precision }) => precision ?? "not opened")];
  const rows = CHECKS.map((name, at) => [CHECK_TITLES[name], ...results.map((result) => cell(find(result, at)))]);
  const failures = results.flatMap(({ precision, checks }) =>
    checks
      .filter(({ outcome }) => outcome === "fail")
      .map(({ name, said, todo }) =>
        wrapped(`✗ ${precision === null ? "" : `${precision}: `}${CHECK_TITLES[name]}. ${said} ${todo ?? ""}`, "  "),
      ),
  );
  return [table(head, rows), ...failures].join("\n");
}

function cell(check: Check): string {
  const { outcome, measured } = check;
  const mark = MARKS[outcome];
  if (measured === undefined) return mark;
  return `${mark} ${short(measured)}${boundWords(check)}`;
}

function settingsLines(result: MisconfigurationResult): string {
  const { configured, found, todo } = settingsWords(result);
  const lines = wrapped(`${configured} ${result.better === null ? "✓" : "!"} ${found}`);
  return todo === undefined ? lines : `${lines}\n${wrapped(`  ${todo}`, "  ")}`;
}

function precisionLines({ source, base, others }: PrecisionsResult): string {
  const megabytes = (bytes: number): string => (bytes / 1e6).toFixed(1);
  const rows = others.map(({ precision, bytes, meanCosine, leastCosine, overlap, mrr, change, speed }) => [
    precision,
    megabytes(bytes),
    `${meanCosine.toFixed(5)} / ${leastCosine.toFixed(5)}`,
    overlap.toFixed(3),
    mrr.toFixed(3),
    `${signed(change.mean)} (${signed(change.low)} … ${signed(change.high)})`,
    `${speed.toFixed(2)}×`,
  ]);
  const own = [base.precision, megabytes(base.bytes), "1", "1", base.mrr.toFixed(3), "", "1×"];
  const head = ["precision", "MB", "cosine mean / least", "same@10", "MRR", "change (95 %)", "speed"];
  return [table(head, [own, ...rows]), wrapped(`Against ${base.precision}, on ${sourceWords(source)}.`)].join("\n");
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

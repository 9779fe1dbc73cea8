import { CHECK_TITLES, CHECKS, type Check } from "../core/proof/check.ts";
import type { Diagnosis, DoctorReport, Told } from "../process/diagnose.ts";
import type { EngineFacts, MisconfigurationResult, PairSource, PrecisionsResult, SelfTestResult } from "../protocol/proof.ts";
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
  return [title, selfTestLines(selfTests), told(detector, detectorLines), told(precisions, precisionLines)]
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

function cell({ outcome, measured, bound, side }: Check): string {
  const mark = MARKS[outcome];
  if (measured === undefined) return mark;
  // A count of what is wrong needs no bound beside it.
  const limit = bound === undefined || bound === 0 ? "" : ` ${side === "atLeast" ? "≥" : "≤"} ${short(bound)}`;
  return `${mark} ${short(measured)}${limit}`;
}

/** Counts as they are, cosines near 1 with what they lack, all else with two digits. */
function short(value: number): string {
  if (Number.isInteger(value)) return String(value);
  if (Math.abs(value - 1) < NEAR_ONE) return String(Number(value.toFixed(5)));
  return Math.abs(value) < SMALL ? value.toExponential(1).replace(".0e", "e") : String(Number(value.toPrecision(2)));
}
const NEAR_ONE = 0.02;
const SMALL = 0.001;

function detectorLines({ source, ways, better }: MisconfigurationResult): string {
  const configured = ways[0]!;
  const about = `Settings, on ${sourceWords(source)}, ranked by dot product: configured is ${configured.label}, MRR ${configured.mrr.toFixed(3)}.`;
  if (better === null) return wrapped(`${about} ✓ None of ${ways.length - 1} others is clearly better.`);
  const { label, mrr, verdict, variant } = ways[better]!;
  const { change, p } = verdict!;
  const gain = `+${change.mean.toFixed(3)}, 95 % from ${change.low.toFixed(3)} to ${change.high.toFixed(3)}, p ${p.toFixed(4)}`;
  const lines = [
    wrapped(`${about} ! Clearly better is ${label}, MRR ${mrr.toFixed(3)} (${gain}, corrected for ${ways.length - 1} settings).`),
    variant === null ? NO_VARIANT : `  As a variant: ${variant}`,
  ];
  return lines.join("\n");
}

const NO_VARIANT = "  No variant says it: put these prompts into config_sentence_transformers.json and import it again.";

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

const signed = (value: number): string => `${value < 0 ? "−" : "+"}${Math.abs(value).toFixed(3)}`;

const sourceWords = ({ kind, pairs }: PairSource): string =>
  kind === "builtIn" ? `${pairs} pairs of our own` : `${pairs} pairs of this workspace`;

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

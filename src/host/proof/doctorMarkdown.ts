import { CHECK_TITLES, CHECKS } from "../../core/proof/check.ts";
import type { Diagnosis, DoctorReport, Told } from "../../process/diagnose.ts";
import { changeWords, checkWords, precisionRows, settingsWords, sourceWords } from "../../process/diagnosisWords.ts";
import { errorWords } from "../../protocol/errors.ts";
import type { EngineFacts, MisconfigurationResult, PrecisionsResult, SelfTestResult } from "../../protocol/proof.ts";
import { megabytes } from "../index/words.ts";

/** The doctor's report as a page. Names and messages come from files: no Markdown of theirs counts. */
export function doctorMarkdown({ engine, passed, encoders }: DoctorReport): string {
  const failed = encoders.filter(({ selfTests }) => selfTests.some((one) => !one.passed)).map(({ name }) => plain(name));
  const verdict = passed ? "Every self-test passed." : `**A self-test failed: ${failed.join(", ")}.**`;
  return ["# Doctor", verdict, engineTable(engine), ...encoders.flatMap(encoderParts)].join("\n\n");
}

function engineTable({ node, runtime, platform, cores, workers, memoryBytes, telemetry, folders }: EngineFacts): string {
  return table(
    ["Runs on", ""],
    [
      ["Node", node],
      ["ONNX Runtime", `${runtime === "" ? "did not start" : runtime}, telemetry ${telemetry}`],
      [
        "Machine",
        `${platform}, ${String(cores)} cores, ${String(workers)} encoder processes, ${megabytes(memoryBytes)} of memory`,
      ],
      ...folders.map(({ what, path, freeBytes }) => [
        what.charAt(0).toUpperCase() + what.slice(1),
        `${path} (${freeBytes === null ? "not there" : `${megabytes(freeBytes)} free`})`,
      ]),
    ],
  );
}

function encoderParts({ name, skipped, selfTests, detector, precisions }: Diagnosis): readonly string[] {
  const title = `## ${plain(name)}`;
  if (skipped !== undefined) return [title, plain(skipped)];
  return [
    title,
    selfTestTable(selfTests),
    ...failures(selfTests),
    ...told(detector, settingsParts),
    ...told(precisions, precisionParts),
  ];
}

const told = <T>(part: Told<T>, parts: (result: T) => readonly string[]): readonly string[] =>
  part === null ? [] : part.ok ? parts(part.result) : [plain(errorWords(part.error))];

const selfTestTable = (results: readonly SelfTestResult[]): string =>
  table(
    ["Self-test", ...results.map(({ precision }) => precision ?? "not opened")],
    CHECKS.map((name, at) => [CHECK_TITLES[name], ...results.map(({ checks }) => checkWords(checks[at]!))]),
  );

const failures = (results: readonly SelfTestResult[]): readonly string[] =>
  results.flatMap(({ precision, checks }) =>
    checks
      .filter(({ outcome }) => outcome === "fail")
      .map(({ name, said, todo }) => plain(`✗ ${precision ?? ""} ${CHECK_TITLES[name]}: ${said} ${todo ?? ""}`)),
  );

function settingsParts(result: MisconfigurationResult): readonly string[] {
  const { configured, found, todo } = settingsWords(result);
  return [plain(`${configured} ${found}`), ...(todo === undefined ? [] : [`**${plain(todo)}**`])];
}

function precisionParts(result: PrecisionsResult): readonly string[] {
  const head = ["Precision", "Size", "Cosine mean / least", "Same neighbours@10", "MRR", "Change", "Speed"];
  const under = `Against ${result.base.precision}, on ${sourceWords(result.source)}.`;
  return [table(head, precisionRows(result, megabytes, changeWords)), under];
}

const table = (head: readonly string[], rows: readonly (readonly string[])[]): string =>
  [head, head.map(() => "---"), ...rows.map((cells) => cells.map(plain))].map((cells) => `| ${cells.join(" | ")} |`).join("\n");

const plain = (text: string): string =>
  text
    .replace(/\s+/g, " ")
    .replace(/[\\`*_[\]<>|#!&~]/g, "\\$&")
    .trim();

import { CHECK_TITLES } from "../../core/proof/check.ts";
import {
  betterOf,
  boundWords,
  changeWords,
  gainWords,
  selfTestWords,
  settingsWords,
  sourceWords,
} from "../../process/diagnosisWords.ts";
import type { CardReport } from "../../protocol/cardsPanel.ts";
import type { MisconfigurationResult, PrecisionsResult, SelfTestResult } from "../../protocol/proof.ts";
import { megabytes } from "../index/words.ts";

type Report = Omit<CardReport, "id">;

/** The self-test under a card. */
export function selfTestReport(result: SelfTestResult | undefined): Report {
  const title = "Self-test";
  if (result === undefined)
    return { title, verdict: "none", summary: "This encoder was not tested yet.", lines: [], action: "Test Encoder" };
  const { passed, precision, checks } = result;
  return {
    title,
    verdict: passed ? "passed" : "failed",
    summary: `${selfTestWords(result)}${precision === null ? "" : `, in ${precision}`}.`,
    lines: checks.map((check) => ({
      title: CHECK_TITLES[check.name],
      outcome: check.outcome,
      said: `${check.said}${boundWords(check) === "" ? "" : ` (bound${boundWords(check)})`}`,
      ...(check.todo === undefined ? {} : { todo: check.todo }),
    })),
    action: "Test Again",
  };
}

/** The detector under a card; undefined before it ran. */
export function settingsReport(result: MisconfigurationResult): Report {
  const { configured, found, todo } = settingsWords(result);
  const better = betterOf(result);
  return {
    title: "Settings",
    verdict: better === undefined ? "passed" : "failed",
    summary: `${configured} ${found}`,
    lines: result.ways.map((way, at) => ({
      title: way.label,
      outcome: at === result.better ? ("fail" as const) : ("none" as const),
      said: `MRR ${way.mrr.toFixed(3)}, first ${(100 * way.recallAt1).toFixed(0)} %${at === 0 ? " (configured)" : `: ${gainWords(way)}`}`,
      ...(at === result.better && todo !== undefined ? { todo } : {}),
    })),
    ...(typeof better?.variant !== "string" ? {} : { action: "Add as Variant" }),
  };
}

/** The precisions under a card; undefined before they were compared, or where there is one only. */
export function precisionsReport({ base, others, source }: PrecisionsResult): Report {
  return {
    title: "Precisions",
    verdict: "none",
    summary: `Against ${base.precision} (${megabytes(base.bytes)}, MRR ${base.mrr.toFixed(3)}), on ${sourceWords(source)}.`,
    lines: others.map(({ precision, bytes, meanCosine, leastCosine, overlap, change, speed }) => ({
      title: precision,
      outcome: "none" as const,
      said: [
        `${megabytes(bytes)}, ${speed.toFixed(2)} times as fast`,
        `cosine ${meanCosine.toFixed(5)} (least ${leastCosine.toFixed(5)})`,
        `${(100 * overlap).toFixed(1)} % of ten neighbours the same`,
        `MRR ${changeWords(change)}`,
      ].join("; "),
    })),
  };
}

import type { Cause } from "../../core/encoders/card.ts";
import { poolingName } from "../../core/encoders/variant.ts";
import type { EncoderInfo } from "../../protocol/engine.ts";

const TITLES: Readonly<Record<Cause, string>> = {
  architecture: "Architecture",
  trainingData: "Training data",
  objective: "Objective",
  pretrainedBase: "Pretrained base",
  hyperparameters: "Hyperparameters",
  domain: "Domain",
  layers: "Layer",
  transfer: "Transfer",
};

/** The card of an encoder: why its vectors differ from others', cause by cause. */
export function cardMarkdown({ name, card, precisions, error, remote }: EncoderInfo): string {
  const facts = [
    `${card.dimensions} dimensions`,
    ...(remote === undefined
      ? [card.maxTokens === null ? "no limit of length" : `reads ${card.maxTokens} tokens`, `${poolingName(card.pooling)} pooling`]
      : []),
    card.normalized ? "unit length" : "not normalised",
    card.parameters === null ? "number of parameters unknown" : `${(card.parameters / 1e6).toFixed(1)} M parameters`,
    card.licence.value,
  ];
  const causes = Object.entries(TITLES).map(([cause, title]) => {
    const { value, source } = card.causes[cause as Cause];
    const link = source?.startsWith("https://") === true ? ` ([source](${source}))` : source === undefined ? "" : ` (${source})`;
    return `| ${title} | ${value}${link} |`;
  });
  const sizes = precisions.map(({ precision, bytes }) => `${precision} ${(bytes / 1e6).toFixed(0)} MB`).join(", ");
  return [
    `# ${name}`,
    ...(error === undefined ? [] : [`> ${error.message} ${error.hint ?? ""}`]),
    facts.join(" · "),
    remote === undefined
      ? `On this machine: ${sizes === "" ? "nothing" : sizes}.`
      : `Runs at ${remote.origin} as ${remote.model}. Whoever runs that server may exchange the model unseen: now and then a fixed sentence is compared with its vector of ${remote.since}.`,
    ["| Cause | |", "| --- | --- |", ...causes].join("\n"),
  ].join("\n\n");
}

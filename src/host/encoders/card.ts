import { CAUSE_TITLES, CAUSES } from "../../core/encoders/card.ts";
import { poolingName } from "../../core/encoders/variant.ts";
import type { EncoderInfo } from "../../protocol/engine.ts";
import { errorWords } from "../../protocol/errors.ts";

/** The card of an encoder: why its vectors differ from others', cause by cause. `badge`: what was found out about it, if anything. */
export function cardMarkdown({ name, card, precisions, error, remote }: EncoderInfo, badge = ""): string {
  const facts = [
    `${card.dimensions} dimensions`,
    ...(remote === undefined
      ? [card.maxTokens === null ? "no limit of length" : `reads ${card.maxTokens} tokens`, `${poolingName(card.pooling)} pooling`]
      : []),
    card.normalized ? "unit length" : "not normalised",
    card.parameters === null ? "number of parameters unknown" : `${(card.parameters / 1e6).toFixed(1)} M parameters`,
    plain(card.licence.value),
  ];
  const causes = CAUSES.map((cause) => {
    const { value, source } = card.causes[cause];
    return `| ${CAUSE_TITLES[cause]} | ${plain(value)}${source === undefined ? "" : ` (${sourceOf(source)})`} |`;
  });
  const sizes = precisions.map(({ precision, bytes }) => `${precision} ${(bytes / 1e6).toFixed(0)} MB`).join(", ");
  return [
    `### ${plain(name)}`,
    ...(error === undefined ? [] : [`> ${plain(errorWords(error))}`]),
    [...(badge === "" ? [] : [plain(badge)]), ...facts].join(" · "),
    remote === undefined
      ? `On this machine: ${sizes === "" ? "nothing" : sizes}.`
      : `Runs at ${plain(remote.origin)} as ${plain(remote.model)}. Whoever runs that server may exchange the model unseen: now and then a fixed sentence is compared with its vector of ${remote.since}.`,
    ["| Cause | |", "| :-- | :-- |", ...causes].join("\n"),
  ].join("\n\n");
}

/** Others' words, as they are: an image in them would be fetched from wherever they say. */
const plain = (words: string): string => words.replace(/\s+/g, " ").replace(/[\\`*_{}[\]()#+!|<>~&-]/g, "\\$&");

function sourceOf(source: string): string {
  const page = source.startsWith("https://") ? URL.parse(source) : null;
  return page === null ? plain(source) : `[source](<${page.href.replaceAll("|", "%7C")}>)`;
}

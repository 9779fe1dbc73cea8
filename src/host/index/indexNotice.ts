import { parseVariant, variantName } from "../../core/encoders/variant.ts";
import type { IndexStatus } from "../../protocol/workspace.ts";
import { COMMANDS, FOCUS_INDEX } from "../contributions.ts";
import type { Notice } from "../status/statusItem.ts";
import type { Phase } from "./indexRows.ts";
import { duration, overall, percent, progressOf, WAITING_WORDS } from "./words.ts";

/** What the status bar says of the index: something only while it works or is paused. */
export function noticeOf(status: IndexStatus | undefined, phase: Phase): Notice | undefined {
  if (phase !== "busy" && phase !== "paused") return undefined;
  const links: readonly (readonly [title: string, command: string])[] =
    phase === "busy"
      ? [
          ["Pause", COMMANDS.pauseIndexing],
          ["Stop", COMMANDS.stopIndexing],
        ]
      : [
          ["Resume", COMMANDS.resumeIndexing],
          ["Stop", COMMANDS.stopIndexing],
        ];
  return {
    text: textOf(status, phase),
    tooltip: [
      `**Workspace index**${phase === "paused" ? ": paused" : ""}`,
      ...(status?.encoders ?? []).map((encoder) =>
        encoder.error === undefined
          ? `${nameOf(encoder.id)}: ${String(percent(encoder.done, encoder.total))} % · ${progressOf(encoder)}`
          : `${nameOf(encoder.id)}: $(error) ${escaped(encoder.error.message)}`,
      ),
      ...(status?.waitingFor === undefined ? [] : [WAITING_WORDS[status.waitingFor]]),
      links.map(([title, command]) => `[${title}](command:${command})`).join(" · "),
    ].join("\n\n"),
    commands: links.map(([, command]) => command),
    command: FOCUS_INDEX,
  };
}

function textOf(status: IndexStatus | undefined, phase: Phase): string {
  const all = status === undefined ? undefined : overall(status);
  const known = all !== undefined && all.total > 0;
  if (phase === "paused" || status?.waitingFor === "battery") return `$(debug-pause)${known ? ` ${String(all.percent)} %` : ""}`;
  if (status?.waitingFor === "otherWindow") return `$(watch)${known ? ` ${String(all.percent)} %` : ""}`;
  if (!known || status?.state === "scanning") return "$(sync~spin) Reading files";
  const left = all.secondsLeft === null ? "" : ` · ${duration(all.secondsLeft)}`;
  return `$(sync~spin) ${String(all.percent)} %${left}`;
}

/** An id is name enough, but for the settings in it, of which a prompt may be hard to read. */
function nameOf(id: string): string {
  const { base, settings } = parseVariant(id);
  return escaped(variantName(base, settings));
}

/** An encoder's name or a message may hold what Markdown takes for its own. */
const escaped = (text: string): string => text.replaceAll(/[\\`*_{}[\]()<>#|$!]/g, "\\$&");

import type { EncoderCoverage, IndexStatus, Skipped } from "../../protocol/workspace.ts";
import { count, megabytes, percent, plural, progressOf, SKIP_WORDS, WAITING_WORDS } from "./words.ts";

/** A row of the tree. Ids stay the same while what they stand for does, so that an update redraws rows and not the tree. */
export interface IndexRow {
  readonly id: string;
  readonly label: string;
  readonly description?: string;
  /** Plain text. */
  readonly tooltip?: string;
  /** A codicon, with the theme colour it has if not the usual one. */
  readonly icon?: readonly [name: string, colour?: string];
  readonly contextValue?: string;
  /** Path, relative to the workspace, of a file that a click opens. */
  readonly opens?: string;
  readonly children?: readonly IndexRow[];
}

export type Phase = "unavailable" | "none" | "busy" | "paused" | "stopped" | "idle";

/** An encoder by its name, which for a variant is that of its encoder and what differs. */
export interface NamedEncoder {
  readonly name: string;
  readonly variant?: { readonly name: string; readonly differs: string };
}

/** What is known of the index, as rows. */
export function rowsOf(status: IndexStatus, phase: Phase, encoderOf: (id: string) => NamedEncoder): readonly IndexRow[] {
  return [
    totals(status, phase),
    ...notices(status),
    ...status.encoders.map((encoder) => encoderRow(encoder, phase, encoderOf(encoder.id))),
    ...skippedRow(status.skipped),
  ];
}

const STATE_WORDS: Readonly<Record<Phase, string>> = {
  unavailable: "not available here",
  none: "not started",
  busy: "indexing",
  paused: "paused",
  stopped: "stopped: changes are not taken in",
  idle: "up to date",
};

function totals(status: IndexStatus, phase: Phase): IndexRow {
  const { files, segments, texts, storage, scan, state } = status;
  const size = `${megabytes(storage.bytes)} ${storage.kind === "disk" ? "on disk" : "in memory"}`;
  const doing =
    state === "scanning" && phase === "busy"
      ? `reading files${scan === undefined ? "" : `: ${count(scan.done)} of ${count(scan.total)}`}`
      : STATE_WORDS[phase];
  const waiting = status.waitingFor === undefined ? undefined : WAITING_WORDS[status.waitingFor];
  return {
    id: "totals",
    label: plural(files, "file"),
    description: `${plural(segments, "segment")} · ${size}`,
    tooltip: [
      `The index is ${waiting ?? doing}.`,
      `${plural(segments, "segment")}, ${plural(texts, "distinct text")}`,
      size,
    ].join("\n"),
    icon: ["database"],
    contextValue: "indexTotals",
  };
}

function notices({ storage: { notice }, waitingFor }: IndexStatus): readonly IndexRow[] {
  return [
    ...(notice === undefined
      ? []
      : [
          {
            id: "storage",
            label: "Kept in memory only",
            description: notice.message,
            tooltip: [notice.message, notice.hint].filter((line) => line !== undefined).join("\n"),
            icon: ["warning", "list.warningForeground"] as const,
          },
        ]),
    ...(waitingFor === undefined ? [] : [{ id: "waiting", label: capital(WAITING_WORDS[waitingFor]), icon: ["watch"] as const }]),
  ];
}

function encoderRow(encoder: EncoderCoverage, phase: Phase, { name, variant }: NamedEncoder): IndexRow {
  const { id, done, total, bytes, error } = encoder;
  // Before the first file is read there is nothing to have all of.
  const begun = total > 0 || phase !== "busy";
  const complete = begun && done >= total;
  // A narrow sidebar cuts what follows a long name: the number of texts, the same for all, is left to the tooltip.
  const progress = complete ? "100 %" : `${String(percent(done, total))} % · ${progressOf(encoder)}`;
  const description = error?.message ?? (begun ? progress : "waiting");
  return {
    id: `encoder:${id}`,
    // What differs comes first where there is little room; whose variant it is, last.
    label: variant?.differs ?? name,
    description: variant === undefined ? description : `${description} · ${variant.name}`,
    tooltip: [
      name,
      ...(error === undefined ? [] : [error.message, ...(error.hint === undefined ? [] : [error.hint])]),
      `${count(done)} of ${plural(total, "text")} have a vector`,
      `vectors: ${megabytes(bytes)}`,
    ].join("\n"),
    icon:
      error !== undefined
        ? ["error", "list.errorForeground"]
        : complete
          ? ["pass-filled", "testing.iconPassed"]
          : phase === "busy"
            ? ["sync~spin"]
            : phase === "idle"
              ? ["warning", "list.warningForeground"]
              : ["debug-pause"],
    contextValue: "indexEncoder",
  };
}

function skippedRow(skipped: readonly Skipped[]): readonly IndexRow[] {
  const some = skipped.filter(({ count: n }) => n > 0);
  if (some.length === 0) return [];
  return [
    {
      id: "skipped",
      label: "Skipped",
      description: count(some.reduce((sum, { count: n }) => sum + n, 0)),
      tooltip: "Files and folders that are not in the index, by reason",
      icon: ["circle-slash"],
      children: some.map(({ reason, count: n, examples }) => ({
        id: `skipped:${reason}`,
        label: SKIP_WORDS[reason],
        description: count(n),
        children: examples.map((path) => ({
          id: `skipped:${reason}:${path}`,
          label: path,
          // The others are folders, no text, or not to be opened at all.
          ...(reason === "tooLarge" || reason === "secret" ? { opens: path } : {}),
        })),
      })),
    },
  ];
}

const capital = (text: string): string => text.charAt(0).toUpperCase() + text.slice(1);

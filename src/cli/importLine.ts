import type { Progress } from "../protocol/engine.ts";
import type { ImportProgress } from "../protocol/hub.ts";
import { statusLine } from "./statusLine.ts";

/** Says on one line of a terminal how far an import is. */
export function importLine(): { onProgress: (progress: Progress) => void; end: () => void } {
  const { show, end } = statusLine();
  return {
    onProgress: (progress) => {
      if (progress.kind === "import") show(wordsOf(progress));
    },
    end,
  };
}

function wordsOf({ phase, done, total }: ImportProgress): string {
  const share = total === 0 ? "" : ` ${megabytes(done)} of ${megabytes(total)}`;
  switch (phase) {
    case "asking":
      return "Asking where it is …";
    case "waiting":
      return `Another process imports the same; waiting for it …${share}`;
    case "fetching":
      return `Fetching${share}`;
    case "building":
      return "Building it …";
    case "trying":
      return "Trying it …";
  }
}

export const megabytes = (bytes: number): string => `${(bytes / 1e6).toFixed(1)} MB`;

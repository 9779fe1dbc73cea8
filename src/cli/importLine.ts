import { importWords } from "../process/importWords.ts";
import type { Progress } from "../protocol/engine.ts";
import { statusLine } from "./statusLine.ts";

/** Says on one line of a terminal how far an import is. */
export function importLine(): { onProgress: (progress: Progress) => void; end: () => void } {
  const { show, end } = statusLine();
  return {
    onProgress: (progress) => {
      if (progress.kind === "import") show(importWords(progress, megabytes));
    },
    end,
  };
}

export const megabytes = (bytes: number): string => `${(bytes / 1e6).toFixed(1)} MB`;

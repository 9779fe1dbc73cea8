import type { Progress } from "../protocol/engine.ts";
import type { ImportProgress } from "../protocol/hub.ts";

/** One line of a terminal that says how far it is; silent where standard error is no terminal. */
export function importLine(): { onProgress: (progress: Progress) => void; end: () => void } {
  const { stderr } = process;
  let shown = false;
  return {
    onProgress: (progress) => {
      if (progress.kind !== "import" || !stderr.isTTY) return;
      shown = true;
      stderr.write(`\r${wordsOf(progress)}\u001b[K`);
    },
    end: () => {
      if (shown) stderr.write("\r\u001b[K");
      shown = false;
    },
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

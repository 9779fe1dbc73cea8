import type { ImportProgress } from "../../src/protocol/hub.ts";

/** How far an encoder is: on a terminal a bar that moves; in a log one line for each step. */
export function progressBar(name: string): { show: (progress: ImportProgress) => void; end: () => void } {
  let last = "";
  let moved = false;
  return {
    show: ({ phase, done, total }) => {
      const { stderr } = process;
      if (!stderr.isTTY) {
        const words = phase === "fetching" ? `Fetching ${name} (${megabytes(total)} MB)` : phase === "building" ? `Building ${name}` : last;
        if (words !== last) console.error(words);
        last = words;
        return;
      }
      moved = true;
      const filled = total === 0 ? 0 : Math.round((20 * done) / total);
      const bytes = total === 0 ? phase : `${megabytes(done)} / ${megabytes(total)} MB`;
      stderr.write(`\r${"█".repeat(filled)}${"░".repeat(20 - filled)} ${bytes}  ${name}\u001b[K`);
    },
    end: () => {
      if (moved) process.stderr.write("\n");
    },
  };
}

const megabytes = (bytes: number): string => (bytes / 1e6).toFixed(1);

import type { IndexStatus } from "../protocol/workspace.ts";

/** One line of a terminal that says how far indexing is; silent where standard error is no terminal. */
export function progressLine(): { show: (status: IndexStatus) => void; end: () => void } {
  const { stderr } = process;
  let shown = false;
  const write = (line: string): void => {
    shown = true;
    stderr.write(`\r${line.slice(0, (stderr.columns || 80) - 1)}\u001b[K`);
  };
  return {
    show: (status) => {
      if (stderr.isTTY) write(lineOf(status));
    },
    end: () => {
      if (shown) stderr.write("\r\u001b[K");
    },
  };
}

function lineOf({ scan, segments, encoders, waitingFor }: IndexStatus): string {
  if (waitingFor === "otherWindow") return "Another window writes this index; waiting for it …";
  const files = scan === undefined ? "" : `files ${scan.done}/${scan.total} · `;
  const coverage = encoders.map(({ id, done, total, perSecond, secondsLeft }) => {
    const left = secondsLeft === null || secondsLeft < 1 ? "" : `, ${Math.ceil(secondsLeft)} s left`;
    return `${id} ${total === 0 ? 0 : Math.floor((100 * done) / total)} % (${perSecond.toFixed(0)}/s${left})`;
  });
  return `${files}${segments} segments · ${coverage.join(" · ")}`;
}

import type { IndexStatus } from "../protocol/workspace.ts";
import { statusLine } from "./statusLine.ts";

/** Says on one line of a terminal how far indexing is. */
export function progressLine(): { show: (status: IndexStatus) => void; end: () => void } {
  const { show, end } = statusLine();
  return {
    show: (status) => {
      show(lineOf(status));
    },
    end,
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

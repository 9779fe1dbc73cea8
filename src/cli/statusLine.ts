/** One line of a terminal, shown over and over. */
export interface StatusLine {
  readonly show: (line: string) => void;
  /** Takes the line away. */
  readonly end: () => void;
}

/** A line on standard error; silent where that is no terminal. */
export function statusLine(): StatusLine {
  const { stderr } = process;
  let shown = false;
  return {
    show: (line) => {
      if (!stderr.isTTY) return;
      shown = true;
      // A longer one would be broken, and only its last part written over.
      stderr.write(`\r${line.slice(0, (stderr.columns || 80) - 1)}\u001b[K`);
    },
    end: () => {
      if (shown) stderr.write("\r\u001b[K");
      shown = false;
    },
  };
}

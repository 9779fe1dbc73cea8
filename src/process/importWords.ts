import type { ImportProgress } from "../protocol/hub.ts";

/** How far the import of an encoder is, for people: `Fetching 12 MB of 90 MB`. `size` says bytes as the place has them. */
export function importWords({ phase, done, total }: ImportProgress, size: (bytes: number) => string): string {
  const share = total === 0 ? "" : ` ${size(done)} of ${size(total)}`;
  switch (phase) {
    case "asking":
      return "Asking where it is …";
    case "waiting":
      return `Another window or process does the same; waiting for it …${share}`;
    case "fetching":
      return share === "" ? "Fetching …" : `Fetching${share}`;
    case "building":
      return "Building it …";
    case "trying":
      return "Trying it …";
  }
}

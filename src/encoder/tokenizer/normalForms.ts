/** Unicode's normal forms as the Rust tokenizers library has them, whose table is older than this Node's. */

export type NormalForm = "NFC" | "NFD" | "NFKC" | "NFKD";

export function normalForm(text: string, form: NormalForm): string {
  const unknown = form === "NFKC" || form === "NFKD" ? NOT_MAPPED : NOT_DECOMPOSED;
  return text
    .split(unknown)
    .map((part, index) => {
      if (index % 2 === 1) return part;
      const normalised = part.normalize(form);
      // What the library does not know as composed it does not compose either.
      return form === "NFC" || form === "NFKC" ? normalised.split(NOT_DECOMPOSED).map(apart).join("") : normalised;
    })
    .join("");
}

const apart = (part: string, index: number): string => (index % 2 === 1 ? part.normalize("NFD") : part);

/** Composed characters younger than the library's table of decompositions. */
const COMPOSED =
  "\\u{105c9}\\u{105e4}\\u{11383}\\u{11385}\\u{1138e}\\u{11391}\\u{113c5}\\u{113c7}\\u{113c8}\\u{11938}\\u{16121}-\\u{16128}\\u{16d68}-\\u{16d6a}";
/** Characters younger than it that are others in the compatible forms. Both made by asking the library (0.23). */
const COMPATIBLE =
  "\\u{32ff}\\u{a7f1}-\\u{a7f4}\\u{ab69}\\u{10781}-\\u{10785}\\u{10787}-\\u{107b0}\\u{107b2}-\\u{107ba}\\u{1ccd6}-\\u{1ccf9}\\u{1e030}-\\u{1e06d}\\u{1f16c}\\u{1fbf0}-\\u{1fbf9}";

const NOT_DECOMPOSED = new RegExp(`([${COMPOSED}])`, "u");
const NOT_MAPPED = new RegExp(`([${COMPOSED}${COMPATIBLE}])`, "u");

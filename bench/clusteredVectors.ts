import { seededRandom } from "../src/core/base/random.ts";

/** Rows of a topic on average: a workspace's segments come in families. */
const ROWS_PER_TOPIC = 50;
const THEMES = 200;

/**
 * Vectors that lie as an encoder's do: around a common direction, in themes, in topics within these; each with noise of its
 * own. Random cosines are about 0.2, those within a topic about 0.7. The same for the same n, made batch by batch.
 */
export function* clusteredVectors(n: number, d: number, batch: number): Generator<Float32Array> {
  const random = seededRandom(n);
  // A sum of three is round enough, and quick.
  const spread = (): number => random() + random() + random() - 1.5;
  const around = (centre: readonly number[], size: number): number[] => centre.map((value) => value + size * spread());
  const common = around(new Array<number>(d).fill(0), 0.9);
  const themes = Array.from({ length: THEMES }, () => around(common, 0.8));
  const topics = Array.from({ length: Math.ceil(n / ROWS_PER_TOPIC) }, () => {
    const theme = themes[Math.floor(random() * THEMES)]!;
    return Float32Array.from(around(theme, 1.2));
  });
  for (let from = 0; from < n; from += batch) {
    const rows = Math.min(batch, n - from);
    const vectors = new Float32Array(rows * d);
    for (let row = 0; row < rows; row++) {
      const topic = topics[Math.floor(random() * topics.length)]!;
      let squares = 0;
      for (let k = 0; k < d; k++) {
        const value = topic[k]! + spread();
        vectors[row * d + k] = value;
        squares += value * value;
      }
      const scale = 1 / Math.sqrt(squares);
      for (let at = row * d; at < (row + 1) * d; at++) vectors[at]! *= scale;
    }
    yield vectors;
  }
}

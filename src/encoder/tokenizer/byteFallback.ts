/** Ids of a piece's bytes, for vocabularies with a token for each; undefined where one has none. */
export function bytesOfPiece(piece: string, ids: ReadonlyMap<string, number>): number[] | undefined {
  const bytes = Array.from(new TextEncoder().encode(piece), (byte) => ids.get(tokenOf(byte)));
  return bytes.every((id) => id !== undefined) ? bytes : undefined;
}

const tokenOf = (byte: number): string => `<0x${byte.toString(16).toUpperCase().padStart(2, "0")}>`;

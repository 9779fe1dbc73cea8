/**
 * SentencePiece's precompiled character map, applied by the rules of the Rust tokenizers library: grapheme by grapheme,
 * where SentencePiece itself goes by the longest prefix. Ids must equal the library's, so its habits are kept: a map entry
 * that begins a grapheme stands for all of it, and the shortest such entry is the one that counts.
 *
 * Layout: uint32 size of the trie in bytes; a double-array trie of uint32 units over UTF-8; replacements, each ended by a zero.
 * Sources: normalizer.cc of SentencePiece, darts-clone, and the crate spm_precompiled.
 */
export function charsMap(map: Uint8Array): (text: string) => string {
  if (map.length < 4) throw new Error("the character map is cut");
  const view = new DataView(map.buffer, map.byteOffset, map.byteLength);
  const trieBytes = view.getUint32(0, true);
  if (trieBytes % 4 !== 0 || 4 + trieBytes > map.length) throw new Error("the character map is cut");
  const trie = new Uint32Array(map.slice(4, 4 + trieBytes).buffer);
  const replacements = map.subarray(4 + trieBytes);

  /** What the first entry that begins `bytes` is replaced by; undefined when none does. */
  const replacementOf = (bytes: Uint8Array): string | undefined => {
    let at = offsetOf(trie[0] ?? 0);
    for (const byte of bytes) {
      if (byte === 0) return undefined;
      at ^= byte;
      const unit = trie[at];
      if (unit === undefined || (unit & LABEL) >>> 0 !== byte) return undefined;
      at ^= offsetOf(unit);
      if ((unit & HAS_LEAF) === 0) continue;
      const start = (trie[at] ?? 0) & VALUE;
      const end = replacements.indexOf(0, start);
      return new TextDecoder().decode(replacements.subarray(start, end < 0 ? undefined : end));
    }
    return undefined;
  };

  const encoder = new TextEncoder();
  const graphemes = new Intl.Segmenter("en", { granularity: "grapheme" });
  const known = new Map<string, string>();
  const mapped = (grapheme: string): string => {
    const found = known.get(grapheme);
    if (found !== undefined) return found;
    const bytes = encoder.encode(grapheme);
    const whole = bytes.length < LONG_GRAPHEME ? replacementOf(bytes) : undefined;
    const out = whole ?? Array.from(grapheme, (char) => replacementOf(encoder.encode(char)) ?? char).join("");
    if (known.size >= REMEMBERED) known.clear();
    known.set(grapheme, out);
    return out;
  };

  return (text) => {
    let out = "";
    if (PLAIN.test(text)) for (const char of text) out += mapped(char);
    else for (const { segment } of graphemes.segment(text)) out += mapped(segment);
    return out;
  };
}

/** Parts of a unit of the trie. */
const LABEL = 0x8000_00ff;
const VALUE = 0x7fff_ffff;
const HAS_LEAF = 0x100;
const offsetOf = (unit: number): number => (unit >>> 10) << ((unit & 0x200) >>> 6);

/** Graphemes of this many bytes and more are never looked up as a whole. */
const LONG_GRAPHEME = 6;

/** Graphemes whose replacement is remembered; then the memory starts anew. */
const REMEMBERED = 50_000;

/** Text in which every character is a grapheme of its own. */
const PLAIN = /^[\n -~]*$/;

import fs from "node:fs";
import path from "node:path";

import * as treeSitterModule from "@vscode/tree-sitter-wasm";

import { lineMap } from "../../core/text/positions.ts";
import type { Range, Segment, SplitMode } from "../../core/text/segment.ts";
import { labelOf, lineSpans, markdownSpans, paragraphSpans, segmentsOf, type Span } from "../../core/text/split.ts";
import { LANGUAGES, type SymbolLanguage } from "./languages.ts";
import { symbolSpans } from "./symbols.ts";

// The package is CommonJS in a form whose names Node cannot see: they are on the default export.
const { Language, Parser } = (
  "default" in treeSitterModule ? treeSitterModule.default : treeSitterModule
) as typeof treeSitterModule;

export interface SplitSource {
  readonly text: string;
  readonly languageId: string;
  /** For people; the label of a segment that is a whole file. */
  readonly path: string;
  readonly ranges?: readonly Range[];
}

export interface Splitter {
  /** Segments in document order. One range is split, of several each is one segment. */
  split(source: SplitSource, mode: SplitMode): Promise<Segment[]>;
}

/** A larger text is not parsed: paragraphs do, at once. */
const MAX_PARSED_CHARACTERS = 2_000_000;

/** Cuts texts; grammars are loaded from `grammarFolder` when a language first needs one. */
export function createSplitter(grammarFolder: string): Splitter {
  const ready = new Map<string, Promise<treeSitterModule.Parser>>();
  let initialised: Promise<void> | undefined;

  const parserFor = (grammar: string): Promise<treeSitterModule.Parser> => {
    let parser = ready.get(grammar);
    if (parser === undefined) {
      parser = (async () => {
        initialised ??= Parser.init({ locateFile: () => path.join(grammarFolder, "tree-sitter.wasm") });
        await initialised;
        const language = await Language.load(fs.readFileSync(path.join(grammarFolder, `tree-sitter-${grammar}.wasm`)));
        const made = new Parser();
        made.setLanguage(language);
        return made;
      })();
      ready.set(grammar, parser);
      parser.catch(() => ready.delete(grammar));
    }
    return parser;
  };

  const symbols = async (text: string, language: SymbolLanguage): Promise<Span[]> => {
    if (text.length > MAX_PARSED_CHARACTERS) return [];
    const tree = (await parserFor(language.grammar)).parse(text);
    if (tree === null) return [];
    try {
      return symbolSpans(tree.rootNode, text, language);
    } finally {
      tree.delete();
    }
  };

  return {
    async split({ text, languageId, path: name, ranges = [] }, mode) {
      const map = lineMap(text);
      const offsets = ranges.map(({ start, end }) => ({ start: map.offsetAt(start), end: map.offsetAt(end) }));
      if (offsets.length > 1)
        return segmentsOf(
          text,
          offsets.map((span) => ({ ...span, kind: "selection" as const })),
          map,
        );
      const { start, end } = offsets[0] ?? { start: 0, end: text.length };
      if (mode === "file") {
        const whole = offsets.length === 0;
        return segmentsOf(
          text,
          [{ start, end, kind: whole ? "file" : "selection", label: whole ? name : labelOf(text.slice(start, end)) }],
          map,
        );
      }
      if (mode === "lines") return segmentsOf(text, lineSpans(text, start, end), map);
      const markdown = languageId === "markdown";
      if (mode !== "paragraphs" && !markdown) {
        const language = LANGUAGES[languageId];
        const found = language === undefined ? [] : clip(await symbols(text, language), start, end);
        // A selection inside one function has no symbols to compare: its paragraphs, or else its lines, are what differs.
        if (found.length > 1 || (found.length === 1 && offsets.length === 0)) return segmentsOf(text, found, map);
      }
      const paragraphs = segmentsOf(text, markdown ? markdownSpans(text, start, end) : paragraphSpans(text, start, end), map);
      return paragraphs.length > 1 || offsets.length === 0 || mode === "paragraphs"
        ? paragraphs
        : segmentsOf(text, lineSpans(text, start, end), map);
    },
  };
}

/** What of the spans lies in start … end. */
const clip = (spans: readonly Span[], start: number, end: number): Span[] =>
  spans
    .filter((span) => span.end > start && span.start < end)
    .map((span) => ({ ...span, start: Math.max(start, span.start), end: Math.min(end, span.end) }));

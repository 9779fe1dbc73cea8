import type { Segment, SegmentKind } from "../text/segment.ts";

/** A comment and the code it stands at, or a heading and its section; undefined where a segment has no such two parts. */
export function pairOf({ kind, text }: Pick<Segment, "kind" | "text">): readonly [query: string, document: string] | undefined {
  const parts = kind === "heading" ? headingOf(text) : COMMENTED.has(kind) ? commentOf(text) : undefined;
  if (parts === undefined) return undefined;
  const [query, document] = [parts[0].replace(/\s+/g, " ").trim(), parts[1].trim()];
  const words = query.split(" ").length;
  return words >= (kind === "heading" ? MIN_HEADING_WORDS : MIN_WORDS) && document.length >= MIN_DOCUMENT
    ? [query.slice(0, MAX_QUERY), document]
    : undefined;
}

/** Fewer words say too little to be found by: "Getter." */
const MIN_WORDS = 4;
const MIN_HEADING_WORDS = 2;
const MAX_QUERY = 400;
/** Shorter code or prose, in characters, is the like of a constant. */
const MIN_DOCUMENT = 60;

const COMMENTED: ReadonlySet<SegmentKind> = new Set<SegmentKind>(["function", "method", "class", "interface", "type"]);

function headingOf(text: string): [string, string] | undefined {
  const [first = "", ...rest] = text.split("\n");
  const title = /^#{1,6}\s+(.*?)\s*#*$/.exec(first)?.[1];
  return title === undefined ? undefined : [title.replace(/[`*_]/g, ""), rest.join("\n")];
}

/** The comment is taken out of the code: what it says must be found in the code itself. */
function commentOf(text: string): [string, string] | undefined {
  const block = /^\s*\/\*+([\s\S]*?)\*\//.exec(text);
  if (block !== null) return [firstParagraph(block[1]!.replace(/^[ \t]*\* ?/gm, "")), text.slice(block[0].length)];
  const lines = /^(?:[ \t]*(?:\/\/|#(?![![])).*(?:\n|$))+/.exec(text);
  if (lines !== null) return [firstParagraph(lines[0].replace(/^[ \t]*(?:\/\/[/!]*|#+) ?/gm, "")), text.slice(lines[0].length)];
  const docstring =
    /^(?:[ \t]*@.*\n)*[ \t]*(?:async[ \t]+def|def|class)[ \t][^\n]*(?:\n(?![ \t]*(?:"""|'''))[^\n]*){0,8}?\n[ \t]*("""|''')([\s\S]*?)\1/.exec(
      text,
    );
  if (docstring === null) return undefined;
  const said = docstring[1]! + docstring[2]! + docstring[1]!;
  return [firstParagraph(docstring[2]!), text.replace(said, "")];
}

/** Up to the first blank line, and up to what is said of parameters. */
const firstParagraph = (comment: string): string =>
  comment.trim().split(/\n\s*\n|^\s*(?:@\w|:\w+:?|(?:Args|Returns|Parameters|Raises):)/m, 1)[0]!;

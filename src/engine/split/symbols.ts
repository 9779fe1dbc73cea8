import type { Node } from "@vscode/tree-sitter-wasm";

import type { Span } from "../../core/text/split.ts";
import type { SymbolLanguage } from "./languages.ts";

/** Code between symbols shorter than this (imports, a constant or two) is no segment of its own. */
const MIN_CODE_CHARACTERS = 80;

/** Kinds that are cut into their members. */
const CUT = new Set(["class", "interface", "module"]);

/**
 * Symbols of a parsed text as spans in order, none inside another: functions, methods, types; a class with methods is cut
 * into them, and what else it holds is a segment if it is of some weight. Comments, decorators and attributes right before a
 * symbol belong to it.
 */
export function symbolSpans(root: Node, text: string, language: SymbolLanguage): Span[] {
  const symbols: Span[] = [];
  visit(root, "", language, symbols);
  const spans: Span[] = [];
  let end = 0;
  const addCode = (from: number, to: number): void => {
    if (text.slice(from, to).trim().length >= MIN_CODE_CHARACTERS) spans.push({ start: from, end: to, kind: "code" });
  };
  for (const symbol of symbols) {
    const start = Math.max(end, symbol.start);
    addCode(end, start);
    spans.push({ ...symbol, start });
    end = symbol.end;
  }
  addCode(end, text.length);
  return symbols.length === 0 ? [] : spans;
}

function visit(node: Node, prefix: string, language: SymbolLanguage, out: Span[]): void {
  for (const child of node.namedChildren) {
    if (child === null) continue;
    const symbol = symbolOf(child, language);
    if (symbol === undefined) {
      if (language.containers.has(child.type)) visit(child, prefix, language, out);
      continue;
    }
    const label = prefix === "" ? symbol.name : `${prefix}.${symbol.name}`;
    if (CUT.has(symbol.kind)) {
      const before = out.length;
      const body = child.childForFieldName("body") ?? child;
      visit(body, label, language, out);
      if (out.length > before) continue;
    }
    out.push({
      start: startWithLead(child),
      end: child.endIndex,
      kind: symbol.kind,
      label,
      ...(prefix === "" ? {} : { enclosing: prefix }),
    });
  }
}

type Symbol = Pick<Span, "kind"> & { readonly name: string };

function symbolOf(node: Node, language: SymbolLanguage): Symbol | undefined {
  const kind = language.symbols[node.type];
  if (kind !== undefined) return { kind, name: nameOf(node) };
  // const parse = (text) => …, also as a class field.
  if (node.type === "lexical_declaration" || node.type === "variable_declaration" || node.type.endsWith("field_definition")) {
    const holder = node.type.endsWith("field_definition")
      ? node
      : node.namedChildren.find((child) => child?.type === "variable_declarator");
    const value = holder?.childForFieldName("value");
    if (holder !== null && holder !== undefined && value !== null && value !== undefined && FUNCTION_VALUES.has(value.type))
      return { kind: value.type === "class" ? "class" : "function", name: nameOf(holder) };
  }
  return undefined;
}

const FUNCTION_VALUES = new Set(["arrow_function", "function_expression", "generator_function", "class"]);

function nameOf(node: Node): string {
  const direct = node.childForFieldName("name") ?? node.childForFieldName("property");
  if (direct !== null) return withReceiver(node, direct.text);
  // Rust's impl is named by its type, C's functions by the innermost declarator, Go's types by their specification.
  const type = node.childForFieldName("type");
  if (node.type === "impl_item" && type !== null) return type.text;
  for (
    let declarator = node.childForFieldName("declarator");
    declarator !== null;
    declarator = declarator.childForFieldName("declarator")
  )
    if (/identifier$|_name$/.test(declarator.type)) return declarator.text.replace(/::/g, ".");
  for (const child of node.namedChildren) {
    const name = child?.childForFieldName("name");
    if (name !== null && name !== undefined) return name.text;
  }
  return node.text.split("\n", 1)[0]!.trim().slice(0, 60);
}

/** Go writes a method's type before its name. */
function withReceiver(node: Node, name: string): string {
  const receiver = node.type === "method_declaration" ? node.childForFieldName("receiver") : null;
  const type = receiver === null ? undefined : /(\w+)\s*(?:\[[^\]]*\])?\s*\)$/.exec(receiver.text)?.[1];
  return type === undefined ? name : `${type}.${name}`;
}

/** Where the comments, decorators and wrappers right before a symbol begin. */
function startWithLead(node: Node): number {
  let first = node;
  while (first.parent !== null && WRAPPERS.has(first.parent.type)) first = first.parent;
  for (let before = first.previousNamedSibling; before !== null; before = first.previousNamedSibling) {
    const lead = /comment|decorator|attribute/.test(before.type);
    if (!lead || first.startPosition.row - before.endPosition.row > 1) break;
    first = before;
  }
  return first.startIndex;
}

const WRAPPERS = new Set(["export_statement", "decorated_definition", "template_declaration", "ambient_declaration"]);

import { lowerCase } from "./bertText.ts";
import { byteLevel } from "./byteLevel.ts";
import { charsMap } from "./charsMap.ts";
import { isNewerCombining } from "./newerUnicode.ts";
import { normalForm } from "./normalForms.ts";
import { BEHAVIOURS, digits, splitter } from "./splitText.ts";

/** A part of a tokenizer.json: its `type` says what else it holds. */
export type Step = Readonly<Record<string, unknown>> & { readonly type: string };

/**
 * The normaliser of a tokenizer.json as a function, equal to the Rust library's; undefined if it has a step that is not known
 * here to be equal. Throws with the reason if it is malformed.
 */
export function normaliserOf(step: Step | null | undefined): ((text: string) => string) | undefined {
  if (step === null || step === undefined) return (text) => text;
  switch (step.type) {
    case "Sequence":
      return sequence(steps(step["normalizers"]).map(normaliserOf));
    case "Precompiled": {
      const map = step["precompiled_charsmap"];
      if (typeof map !== "string") throw new Error("its character map is missing");
      return charsMap(Uint8Array.from(Buffer.from(map, "base64")));
    }
    case "NFC":
    case "NFD":
    case "NFKC":
    case "NFKD": {
      const form = step.type;
      return (text) => normalForm(text, form);
    }
    case "Nmt":
      return nmt;
    case "StripAccents":
      return stripAccents;
    case "Lowercase":
      return lowerCase;
    case "Replace":
      return replace(step["pattern"], step["content"]);
    case "Prepend": {
      const prefix = step["prepend"];
      return typeof prefix === "string" ? (text) => (text === "" ? "" : prefix + text) : undefined;
    }
    case "Strip":
      return strip(step["strip_left"] !== false, step["strip_right"] !== false);
    default:
      return undefined;
  }
}

/**
 * The pre-tokenizer of a tokenizer.json as a function from normalised text to the stretches that are cut into pieces one by
 * one; undefined if it is not known here to be equal to the Rust library's.
 */
export function preTokeniserOf(step: Step | null | undefined): ((text: string) => readonly string[]) | undefined {
  if (step === null || step === undefined) return (text) => [text];
  switch (step.type) {
    case "Sequence": {
      const parts = steps(step["pretokenizers"]).map(preTokeniserOf);
      if (parts.some((part) => part === undefined)) return undefined;
      return (text) =>
        parts.reduce<readonly string[]>((stretches, part) => stretches.flatMap((stretch) => part!(stretch)), [text]);
    }
    case "WhitespaceSplit":
      return (text) => text.split(WHITE_SPACE).filter((word) => word !== "");
    case "ByteLevel":
      return byteLevel(step["add_prefix_space"] !== false, step["use_regex"] !== false);
    case "Split": {
      const behaviour = BEHAVIOURS.find((one) => one === step["behavior"]);
      return behaviour === undefined ? undefined : splitter(step["pattern"], behaviour, step["invert"] === true);
    }
    case "Digits":
      return digits(step["individual_digits"] === true);
    case "Metaspace":
      return metaspace(step);
    default:
      return undefined;
  }
}

const WHITE_SPACE = /\p{White_Space}+/u;

/** Spaces become a visible character, which also begins every stretch. */
function metaspace(step: Step): ((text: string) => readonly string[]) | undefined {
  const space = step["replacement"];
  const scheme = step["prepend_scheme"] ?? (step["add_prefix_space"] === false ? "never" : "always");
  // "first" depends on where in the whole text a stretch lies, which is not known here.
  if (typeof space !== "string" || space.length !== 1 || (scheme !== "always" && scheme !== "never")) return undefined;
  return (text) => {
    if (text === "") return [];
    let out = text.replaceAll(" ", space);
    if (scheme === "always" && !out.startsWith(space)) out = space + out;
    if (step["split"] === false) return [out];
    const stretches: string[] = [];
    for (let from = 0; from < out.length;) {
      const next = out.indexOf(space, from + 1);
      const to = next < 0 ? out.length : next;
      stretches.push(out.slice(from, to));
      from = to;
    }
    return stretches;
  };
}

function sequence(parts: readonly (((text: string) => string) | undefined)[]): ((text: string) => string) | undefined {
  if (parts.some((part) => part === undefined)) return undefined;
  return (text) => parts.reduce((out, part) => part!(out), text);
}

function replace(pattern: unknown, content: unknown): ((text: string) => string) | undefined {
  if (typeof pattern !== "object" || pattern === null || typeof content !== "string") return undefined;
  if ("String" in pattern && typeof pattern.String === "string") {
    const what = pattern.String;
    return what === "" ? undefined : (text) => text.replaceAll(what, () => content);
  }
  if (!("Regex" in pattern) || typeof pattern.Regex !== "string") return undefined;
  // The library's expressions write code points as \x{…}.
  const expression = new RegExp(pattern.Regex.replace(/\\x\{/g, "\\u{"), "gu");
  return (text) => text.replace(expression, () => content);
}

/** The library's rules for control characters and blanks, which SentencePiece has from machine translation. */
function nmt(text: string): string {
  return text.replace(DROPPED, "").replace(BLANK, " ");
}

const DROPPED = /[\x01-\x08\x0b\x0e-\x1f\x7f\x8f\x9f]/g;
const BLANK = /[\t\n\f\r\u1680\u200b-\u200f\u2028\u2029\u2581\ufeff\ufffd]/g;

/** All combining marks that the library knows; it takes nothing apart before. */
function stripAccents(text: string): string {
  return text.replace(/[\p{M}\u1cf2\u1cf3]/gu, (mark) => (isNewerCombining(mark.codePointAt(0)!) ? mark : ""));
}

function strip(left: boolean, right: boolean): (text: string) => string {
  return (text) => {
    let out = left ? text.replace(/^\p{White_Space}+/u, "") : text;
    if (right) out = out.replace(/\p{White_Space}+$/u, "");
    return out;
  };
}

function steps(value: unknown): readonly Step[] {
  if (!Array.isArray(value) || !value.every(isStep)) throw new Error("a sequence of it is no list of steps");
  return value;
}

const isStep = (value: unknown): value is Step =>
  typeof value === "object" && value !== null && "type" in value && typeof value.type === "string";

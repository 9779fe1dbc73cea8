import { lowerCase } from "./bertText.ts";
import { charsMap } from "./charsMap.ts";
import { isNewerCombining } from "./newerUnicode.ts";
import { normalForm } from "./normalForms.ts";
import { expressionOf } from "./splitText.ts";
import { steps, type Step } from "./step.ts";

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

function sequence(parts: readonly (((text: string) => string) | undefined)[]): ((text: string) => string) | undefined {
  if (parts.some((part) => part === undefined)) return undefined;
  return (text) => parts.reduce((out, part) => part!(out), text);
}

function replace(pattern: unknown, content: unknown): ((text: string) => string) | undefined {
  const expression = expressionOf(pattern);
  return expression === undefined || typeof content !== "string" ? undefined : (text) => text.replace(expression, () => content);
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

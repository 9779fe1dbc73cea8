import { byteLevel } from "./byteLevel.ts";
import { BEHAVIOURS, digits, splitter } from "./splitText.ts";
import { steps, type Step } from "./step.ts";

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

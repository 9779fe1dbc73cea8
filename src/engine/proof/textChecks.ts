import { SAME_VECTOR } from "../../core/proof/bounds.ts";
import { atMost, fails, notApplicable, type Check } from "../../core/proof/check.ts";
import { ODD_TEXTS, PLAIN_TEXTS, words } from "../../core/proof/testTexts.ts";
import { norm } from "../../core/encoders/pooling.ts";
import { NO_PROMPT } from "../../core/encoders/variant.ts";
import { EmbedError } from "../../protocol/errors.ts";
import { difference, rowOf, type Subject } from "./subject.ts";

/** Longer limits are tested at this many tokens: attention over 8,192 takes minutes and proves no more. */
const LONGEST_TESTED = 512;

/**
 * A text that is too long equals the part of it that fits and is flagged so; one token less and one more are no trouble. The
 * part that fits is found by its token ids.
 */
export async function truncationCheck(subject: Subject): Promise<Check> {
  const { loaded, settings, remote } = subject;
  if (remote) return notApplicable("truncation", "A server tells nothing of tokens.");
  const own = settings.maxTokens ?? loaded.maxTokens;
  const limit = Math.min(own ?? LONGEST_TESTED, LONGEST_TESTED);
  const set = own === limit && settings.maxTokens === undefined ? settings : { ...settings, maxTokens: limit };
  const longIds = async (count: number): Promise<readonly number[]> => (await subject.tokenize([words(count)], set))[0]!;
  const full = await longIds(2 * limit);
  const todo = "Its tokenizer.json and its configuration do not belong together: use the publisher's files.";
  if (full.length !== limit)
    return fails("truncation", { said: `${2 * limit} words give ${full.length} tokens where ${limit} are the most.`, todo });
  // The most words whose ids are all read; ids grow with words.
  const loose = { ...set, maxTokens: limit + 1 };
  const isCut = async (count: number): Promise<boolean> => (await subject.encode([words(count)], set)).read[0]! < 1;
  let fitting = limit;
  if (own === limit) {
    if (await isCut(1)) return fails("truncation", { said: "A single word is said to be cut.", todo });
    while (fitting > 1 && (await longIds(fitting - 1)).length === limit) fitting--;
    // The last word may be of several tokens, of which only the first have room.
    if (fitting > 1 && (await isCut(fitting))) fitting--;
  } else while (fitting > 1 && (await subject.tokenize([words(fitting)], loose))[0]!.length > limit) fitting--;
  const texts = [words(2 * limit), words(fitting), words(fitting + 1), words(fitting - 1)];
  const result = await subject.encode(texts, set);
  const [long, exact, more, less] = [0, 1, 2, 3].map((row) => ({ tokens: result.tokens[row]!, read: result.read[row]! }));
  const said = `Read of ${2 * limit} words: ${(100 * long!.read).toFixed(0)} %, ${long!.tokens} of at most ${limit} tokens`;
  const flagged = long!.read < 1 && more!.read < 1 && exact!.read === 1 && less!.read === 1;
  const room = limit - exact!.tokens;
  const fits = room === 0 || (room > 0 && room < (await tokensOfLastWord(subject, texts[2]!)));
  if (!flagged || !fits || less!.tokens >= limit || more!.tokens !== limit)
    return fails("truncation", {
      said: `${said}; ${fitting - 1}, ${fitting}, ${fitting + 1} words give ${less!.tokens}, ${exact!.tokens}, ${more!.tokens} tokens.`,
      todo,
    });
  const cut = room === 0 ? 1 : 2;
  const apart = Math.max(difference(rowOf(result, 0), rowOf(result, cut)), difference(rowOf(result, 2), rowOf(result, cut)));
  const shortened = own === null ? " (it has no limit of its own)" : own > limit ? ` (its own limit is ${own})` : "";
  return atMost("truncation", apart, SAME_VECTOR, {
    said: `${said}${shortened}; it differs from its cut form by at most ${apart.toPrecision(2)}.`,
    todo,
  });
}

/** Tokens that the last word of a text adds to it. */
async function tokensOfLastWord(subject: Subject, text: string): Promise<number> {
  // With its blank: bytes and pieces have it in the word's first token.
  const [word, nothing] = await subject.tokenize([text.slice(text.lastIndexOf(" ")), ""], { prefix: "" });
  return word!.length - nothing!.length;
}

/** Every prompt of the card: its own tokens come first, and the vector is another. */
export async function promptCheck(subject: Subject): Promise<Check> {
  const { card, settings, remote } = subject;
  const prompts = new Map(Object.entries(card?.prompts ?? {}).filter(([, text]) => text !== ""));
  if (settings.prefix !== undefined && settings.prefix !== "") prompts.set("the one that is set", settings.prefix);
  if (prompts.size === 0) return notApplicable("prompt", "Its card names no prompt, and none is set.");
  const text = PLAIN_TEXTS[0];
  const todo = `Its tokenizer drops the prompt: use the publisher's tokenizer.json, or set the prompt ${NO_PROMPT}.`;
  const bare = { ...settings, prefix: "" };
  const without = await subject.encode([text], bare);
  let least = Infinity;
  for (const [name, prefix] of prompts) {
    if (!remote && !(await startsWithPrompt(subject, prefix, text)))
      return fails("prompt", { said: `The token ids of a text with the prompt ${name} do not begin with the prompt's.`, todo });
    const apart = difference(rowOf(await subject.encode([text], { ...bare, prefix }), 0), rowOf(without, 0));
    if (!(apart > SAME_VECTOR)) return fails("prompt", { said: `The prompt ${name} changes no vector.`, todo });
    least = Math.min(least, apart);
  }
  const names = [...prompts.keys()].join(", ");
  return {
    name: "prompt",
    outcome: "pass",
    measured: least,
    bound: SAME_VECTOR,
    side: "atLeast",
    said: `${names}: token ids begin with the prompt's, and vectors differ by ${least.toPrecision(2)} or more.`,
  };
}

/** A blank at the prompt's end may become part of the text's first token, so the prompt is compared without it. */
async function startsWithPrompt(subject: Subject, prefix: string, text: string): Promise<boolean> {
  const bare = { ...subject.settings, prefix: "" };
  const [prompt, prompted, one, other] = await subject.tokenize([prefix.trimEnd(), prefix + text, "water", "stone"], bare);
  let after = 0;
  while (after < one!.length && one!.at(-1 - after) === other!.at(-1 - after)) after++;
  const own = prompt!.slice(0, prompt!.length - after);
  return own.length > 0 && own.every((id, at) => prompted![at] === id);
}

/** None of them may end in an error or in numbers that are none; some rightly have no vector. */
export async function oddTextsCheck(subject: Subject): Promise<Check> {
  const wrong: string[] = [];
  const look = async (texts: readonly string[], names: readonly string[]): Promise<void> => {
    const result = await subject.encode(texts);
    names.forEach((name, row) => {
      const length = norm(rowOf(result, row));
      if (!Number.isFinite(length) || length > 0 !== (result.hasVector[row] === 1)) wrong.push(name);
    });
  };
  try {
    await look(
      ODD_TEXTS.map(([, text]) => text),
      ODD_TEXTS.map(([name]) => name),
    );
  } catch (error) {
    // One by one, to name those that are to blame.
    if (!(error instanceof EmbedError) || error.data.code === "cancelled") throw error;
    for (const [name, text] of ODD_TEXTS)
      await look([text], [name]).catch((reason: unknown) => {
        if (!(reason instanceof EmbedError) || reason.data.code === "cancelled") throw reason;
        wrong.push(`${name} (${reason.data.message})`);
      });
  }
  return atMost("oddTexts", wrong.length, 0, {
    said:
      wrong.length === 0
        ? `${ODD_TEXTS.length} texts of emoji, marks, controls, half characters and nothing are encoded.`
        : `${wrong.length} of ${ODD_TEXTS.length} fail: ${wrong.join(", ")}.`,
    todo: "Texts like these will fail in comparisons too: use the publisher's tokenizer.json.",
  });
}

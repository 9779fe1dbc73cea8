/** A token that is one wherever a text has it, as the `added_tokens` of a tokenizer.json list it. */
export const specialToken = (id: number, content: string): object => ({
  id,
  content,
  single_word: false,
  lstrip: false,
  rstrip: false,
  normalized: false,
  special: true,
});

/** A tokenizer.json without the special tokens around a text, as tables of tokens are read, and without anybody's limits. */
export const plainTokenizer = (tokenizer: object): string =>
  JSON.stringify({ ...tokenizer, post_processor: null, truncation: null, padding: null });

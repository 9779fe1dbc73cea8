import * as v from "valibot";

/**
 * An object of JSON as a table, in which anything may be a name. valibot's own records leave out "__proto__", "prototype" and
 * "constructor", which are words, tokens and tensors like others.
 */
export const jsonTable = <T extends v.GenericSchema>(value: T) => v.pipe(TABLE, v.map(v.string(), value));

/** The same with values of any kind. */
export const TABLE = v.pipe(
  v.custom<object>((given) => typeof given === "object" && given !== null && !Array.isArray(given), "it is no table"),
  v.transform((given) => new Map<string, unknown>(Object.entries(given))),
);

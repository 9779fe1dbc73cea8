/** The command was called wrongly: exit code 2. */
export class UsageError extends Error {}

/** The value of an option that must be one of a few. */
export function oneOf<T extends string>(name: string, value: string | undefined, allowed: readonly T[]): T | undefined {
  if (value === undefined) return undefined;
  const found = allowed.find((candidate) => candidate === value);
  if (found === undefined) throw new UsageError(`--${name} is one of ${allowed.join(", ")}.`);
  return found;
}

/** The value of an option that must be a whole number of at least `least`. */
export function wholeNumber(name: string, value: string | undefined, least: number): number | undefined {
  if (value === undefined) return undefined;
  const number = Number(value);
  if (!Number.isSafeInteger(number) || number < least) throw new UsageError(`--${name} is a whole number from ${least}.`);
  return number;
}

/** Says one thing on standard error, in one line whatever it holds. */
export function errorLine(message: string): void {
  console.error(`compare-embeddings: ${message.replace(/\s*\n\s*/g, " ")}`);
}

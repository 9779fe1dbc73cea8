/** Milliseconds of each side: they take turns, so that whatever else the machine does meets all of them; medians. */
export async function takeTurns<Name extends string>(
  rounds: number,
  sides: Readonly<Record<Name, () => unknown>>,
): Promise<Record<Name, number>> {
  const entries = Object.entries(sides) as [Name, () => unknown][];
  const times = new Map<Name, number[]>(entries.map(([name]) => [name, []]));
  for (const [, run] of entries) await run();
  for (let round = 0; round < rounds; round++)
    for (const [name, run] of entries) {
      const started = performance.now();
      await run();
      times.get(name)!.push(performance.now() - started);
    }
  return Object.fromEntries(entries.map(([name]) => [name, median(times.get(name)!)])) as Record<Name, number>;
}

export const median = (values: readonly number[]): number => values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)]!;

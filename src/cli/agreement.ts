import { agreement } from "../core/measures/agreement.ts";
import { linearCka } from "../core/measures/cka.ts";
import { badRequest } from "../protocol/errors.ts";
import type { CommandArguments } from "./main.ts";
import { readNpy } from "./npy.ts";
import { table } from "./table.ts";
import { UsageError, wholeNumber } from "./usage.ts";

const NEIGHBOURS = 10;

export function agreementCommand({ values, paths }: CommandArguments): Promise<void> {
  if (paths.length !== 2) throw new UsageError("agreement needs two .npy files.");
  const wanted = wholeNumber("k", values.k, 1) ?? NEIGHBOURS;
  const [x, y] = [readNpy(paths[0]!), readNpy(paths[1]!)];
  if (x.n !== y.n) throw badRequest(`The files hold ${x.n} and ${y.n} rows; they must be of the same items.`);
  if (x.n < 3) throw badRequest("At least three rows are needed.");
  const k = Math.min(wanted, x.n - 1);
  const { debiasedCka, mutualKnn } = agreement(x, y, k);
  const linear = linearCka(x, y);
  const between = {
    linearCka: { value: linear },
    debiasedCka:
      debiasedCka === null
        ? { value: null }
        : { value: debiasedCka.value, chance: debiasedCka.chance.mean, chance95: debiasedCka.chance.p95 },
    mutualKnn: { value: mutualKnn.value, chance: mutualKnn.chance.mean, chance95: mutualKnn.chance.p95 },
  };
  if (values.json === true) console.log(JSON.stringify({ n: x.n, k, between, within: { x: {}, y: {} } }));
  else {
    const number = (value: number | null | undefined): string => (typeof value === "number" ? value.toFixed(4) : "–");
    const rows = Object.entries(between).map(([name, measure]) => [
      name,
      number(measure.value),
      number("chance" in measure ? measure.chance : undefined),
      number("chance95" in measure ? measure.chance95 : undefined),
    ]);
    console.log(`${x.n} items, k = ${k}\n${table(["measure", "value", "chance", "95 % of shuffles below"], rows)}`);
  }
  return Promise.resolve();
}

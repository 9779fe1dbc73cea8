import { listEncoders } from "../protocol/engine.ts";
import { withEngine } from "./engine.ts";
import type { CommandArguments } from "./main.ts";
import { table } from "./table.ts";
import { UsageError } from "./usage.ts";

export async function modelsCommand({ values, paths }: CommandArguments): Promise<void> {
  if (paths.length > 0) throw new UsageError("models takes no names: it lists all encoders.");
  const encoders = await withEngine((engine) => engine.request(listEncoders, null));
  if (values.json === true) {
    console.log(JSON.stringify(encoders, null, 2));
    return;
  }
  const rows = encoders.map(({ id, card, precisions, state, remote }) => [
    id,
    String(card.dimensions),
    card.layers === 0 ? "–" : String(card.layers),
    card.maxTokens === null ? "–" : String(card.maxTokens),
    remote !== undefined
      ? `at ${remote.origin}`
      : precisions.map(({ precision, bytes }) => `${precision} ${(bytes / 1e6).toFixed(0)} MB`).join(", "),
    card.licence.value,
    state,
  ]);
  console.log(table(["id", "dimensions", "layers", "max tokens", "precisions", "licence", "state"], rows));
}

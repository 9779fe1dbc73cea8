import { encodersFolder } from "../process/cacheFolder.ts";
import { catalogueAccess } from "../process/catalogueAccess.ts";
import { getEncoder, listCatalogue, type CatalogueEntry } from "../protocol/catalogue.ts";
import { notInCatalogue } from "../protocol/catalogueErrors.ts";
import { withEngine } from "./engine.ts";
import { importLine, megabytes } from "./importLine.ts";
import type { CommandArguments } from "./main.ts";
import { table } from "./table.ts";
import { tested, type TestedImport } from "./tested.ts";
import { errorLine, UsageError } from "./usage.ts";

/** `get ID…`: makes encoders of the catalogue ready, their ids on standard output; `get --list`: what it has. */
export async function getCommand({ values, paths: ids }: CommandArguments): Promise<void> {
  if ((values.list === true) !== (ids.length === 0)) throw new UsageError("get takes ids of the catalogue, or --list.");
  const access = catalogueAccess();
  const line = importLine();
  await withEngine(async (engine, token) => {
    const entries = await engine.request(listCatalogue, { access }, { token });
    if (values.list === true) {
      console.log(values.json === true ? JSON.stringify(entries, null, 2) : tableOf(entries));
      return;
    }
    // All are looked at before the first is fetched.
    const wanted = ids.map((id) => entries.find((entry) => entry.id === id) ?? id);
    for (const entry of wanted)
      if (typeof entry === "string")
        throw notInCatalogue(
          entry,
          entries.map(({ id }) => id),
        );
      else if (!entry.here && entry.caveat !== undefined) errorLine(`${entry.id}: ${entry.caveat}`);
    const results: TestedImport[] = [];
    for (const id of ids) {
      const params = { access, id, folder: encodersFolder() };
      const added = await engine.request(getEncoder, params, { token, onProgress: line.onProgress }).finally(line.end);
      results.push(await tested(engine, added, token));
      if (values.json !== true) console.log(id);
    }
    if (values.json === true) console.log(JSON.stringify(results, null, 2));
  });
}

function tableOf(entries: readonly CatalogueEntry[]): string {
  const rows = entries.map(({ id, card, bytes, missing, here, caveat }) => [
    id,
    String(card.dimensions),
    here ? "here" : missing === bytes ? megabytes(bytes) : `${megabytes(missing)} of ${megabytes(bytes)}`,
    caveat === undefined ? card.licence.value : `unclear: ${card.licence.value}`,
  ]);
  return table(["id", "dimensions", "to fetch", "licence"], rows);
}

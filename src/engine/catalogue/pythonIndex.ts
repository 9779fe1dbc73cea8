import fs from "node:fs/promises";
import { fileURLToPath } from "node:url";

import * as v from "valibot";

import type { PackageFile } from "../../core/encoders/manifest.ts";
import type { CatalogueAccess } from "../../protocol/catalogue.ts";
import { registryAway } from "../../protocol/catalogueErrors.ts";
import { readAll } from "../hub/httpGet.ts";
import { PATIENCE, persistently } from "../hub/persistently.ts";
import { registryGet } from "./registryHttp.ts";

/** A page of an index lists some hundred files; what is longer than this in bytes is none. */
const MAX_PAGE = 16_000_000;
const ACCEPTED = "application/vnd.pypi.simple.v1+json, application/vnd.pypi.simple.v1+html;q=0.2, text/html;q=0.1";

/**
 * The address of an archive in a Python index: the file with the pinned sha256, whatever it is called. undefined when the index
 * has none. Nothing of the package is run. Sources: PEP 503 (pages), PEP 691 (JSON).
 */
export async function findInIndex(
  index: URL,
  { package: name, sha256 }: PackageFile,
  access: CatalogueAccess,
  signal: AbortSignal,
): Promise<URL | undefined> {
  const page = new URL(`${name.toLowerCase().replace(/[-_.]+/g, "-")}/`, index);
  const found = page.protocol === "file:" ? await pageOnDisk(page) : await pageByHttp(page, access, signal);
  const link = found?.links.find((one) => one.sha256 === sha256);
  const address = link === undefined ? null : URL.parse(link.url, found?.from.href);
  if (address === null) return undefined;
  // Only an index on this disk may lead to a file of this disk.
  const allowed = page.protocol === "file:" ? address.protocol === "file:" : /^https?:$/.test(address.protocol);
  if (!allowed) throw registryAway(page.host, `it leads to an address of ${address.protocol}`);
  if (address.origin === page.origin) [address.username, address.password] = [page.username, page.password];
  return address;
}

interface Page {
  readonly from: URL;
  readonly links: readonly { readonly url: string; readonly sha256: string | undefined }[];
}

async function pageByHttp(page: URL, access: CatalogueAccess, signal: AbortSignal): Promise<Page | undefined> {
  return persistently(
    async () => {
      const answer = await registryGet(page, { accept: ACCEPTED }, access, signal);
      try {
        if (answer.status !== 200) return undefined;
        const text = (await readAll(answer, MAX_PAGE, () => registryAway(page.host, "its answer is endless"))).toString("utf8");
        const isJson = /json/i.test(answer.headers["content-type"] ?? "");
        return { from: answer.url, links: isJson ? linksOfJson(text, page.host) : linksOfPage(text) };
      } finally {
        answer.close();
      }
    },
    access.hub.patience ?? PATIENCE,
    signal,
  );
}

async function pageOnDisk(page: URL): Promise<Page | undefined> {
  try {
    return { from: page, links: linksOfPage(await fs.readFile(fileURLToPath(new URL("index.html", page)), "utf8")) };
  } catch {
    return undefined;
  }
}

const JSON_PAGE = v.looseObject({
  files: v.array(v.looseObject({ url: v.string(), hashes: v.looseObject({ sha256: v.optional(v.string()) }) })),
});

function linksOfJson(text: string, host: string): Page["links"] {
  try {
    return v.parse(JSON_PAGE, JSON.parse(text)).files.map(({ url, hashes }) => ({ url, sha256: hashes.sha256 }));
  } catch {
    throw registryAway(host, "its answer is none of a package index");
  }
}

const linksOfPage = (text: string): Page["links"] =>
  [...text.matchAll(/<a\s[^>]*?href\s*=\s*["']([^"']+)["']/gi)].map(([, href]) => {
    const url = href!.replaceAll("&amp;", "&");
    return { url, sha256: /#sha256=([0-9a-f]{64})$/.exec(url)?.[1] };
  });

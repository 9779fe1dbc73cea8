import { execFile } from "node:child_process";
import fs from "node:fs";
import { promisify } from "node:util";

import type { CatalogueAccess } from "../../protocol/catalogue.ts";

/** Where pip looks for packages on this machine. */
export interface PipSettings {
  /** Addresses of indexes by PEP 503, in the order they are asked. */
  readonly indexes: readonly URL[];
  readonly proxy?: string;
  /** Those that it trusts besides this system's own, PEM. */
  readonly certificates?: string;
}

/** The index that pip asks when nobody says otherwise. */
const PYPI = "https://pypi.org/simple";
/** Python starts and reads its settings in less, even on a busy machine. */
const ASK_MS = 20_000;

/** Asks pip itself, so that its files and variables hold; without Python its variables alone do. */
export async function pipSettings(environment: Readonly<Record<string, string>>, signal: AbortSignal): Promise<PipSettings> {
  const told = await askPip(environment, signal);
  const set = (name: string): string | undefined =>
    environment[`PIP_${name.toUpperCase().replaceAll("-", "_")}`] ??
    // What pip lists later counts more: files of the system, of the user, then variables.
    told.findLast((entry) => entry.name === name)?.value;
  const listed = [set("index-url") ?? PYPI, ...(set("extra-index-url") ?? "").split(/\s+|\\n/)];
  const [proxy, certificates] = [set("proxy"), readIfThere(set("cert"))];
  const indexes = listed.flatMap((written) => URL.parse(written.endsWith("/") ? written : `${written}/`) ?? []);
  return {
    indexes,
    ...(proxy === undefined ? {} : { proxy }),
    ...(certificates === undefined ? {} : { certificates }),
  };
}

/** The same way to packages as pip takes it; what the caller knows of a proxy comes first. */
export function asPip(access: CatalogueAccess, { proxy, certificates }: PipSettings): CatalogueAccess {
  const { hub } = access;
  const trusted = [hub.certificates, certificates].filter((one) => one !== undefined).join("\n");
  return {
    ...access,
    hub: {
      ...hub,
      proxy: { ...(proxy === undefined ? {} : { https: proxy, http: proxy }), ...hub.proxy },
      ...(trusted === "" ? {} : { certificates: trusted }),
    },
  };
}

function readIfThere(file: string | undefined): string | undefined {
  try {
    return file === undefined ? undefined : fs.readFileSync(file, "utf8");
  } catch {
    return undefined;
  }
}

interface Entry {
  readonly name: string;
  readonly value: string;
}

const run = promisify(execFile);

async function askPip(environment: Readonly<Record<string, string>>, signal: AbortSignal): Promise<readonly Entry[]> {
  const named = environment["PYTHON"];
  for (const python of named === undefined ? ["python3", "python"] : [named]) {
    try {
      const options = { env: { ...process.env, ...environment }, timeout: ASK_MS, windowsHide: true, signal };
      const { stdout } = await run(python, ["-m", "pip", "config", "list"], options);
      return stdout.split("\n").flatMap((line): readonly Entry[] => {
        const [, section, name, value] = /^([\w:-]+)\.([\w-]+)='(.*)'\s*$/.exec(line) ?? [];
        return section !== undefined && SECTIONS.has(section) ? [{ name: name!, value: value! }] : [];
      });
    } catch {
      // No Python of this name, or none with pip.
    }
  }
  return [];
}

/** Settings of other commands than these say nothing about where packages are. */
const SECTIONS = new Set(["global", "install", "download", ":env:"]);

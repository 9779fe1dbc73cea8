import { execFileSync } from "node:child_process";
import fs from "node:fs";
import path from "node:path";

import { installOnce } from "./installOnce.ts";

/** A package of the registry with known content. */
export interface PinnedPackage {
  /** name@version */
  readonly spec: string;
  /** sha512 of the archive, as the registry writes it. */
  readonly integrity: string;
}

export interface UnpackOptions {
  /** Only these members, named as in the archive. */
  readonly members?: readonly string[];
  readonly exclude?: readonly string[];
  /** Leading folders of each member to drop; 1 is the archive's own `package/`. */
  readonly strip?: number;
}

/**
 * Unpacks a package into `folder`, once; `finish` completes it before it gets its place. Needs `tar`, which every Linux, macOS
 * and Windows has.
 */
export function unpackOnce(
  pinned: PinnedPackage,
  folder: string,
  options: UnpackOptions & { readonly finish?: (folder: string) => void } = {},
): void {
  installOnce(folder, (part) => {
    unpack(pinned, part, options);
    options.finish?.(part);
  });
}

/** Runs npm in a folder, without what an npm script around this one has put into the environment. */
export function npm(args: readonly string[], cwd: string): string {
  const env = Object.fromEntries(
    Object.entries(process.env).filter(([name]) => !/^npm_(package|lifecycle|config_local_prefix)/i.test(name)),
  );
  return execFileSync("npm", args, {
    cwd,
    env,
    encoding: "utf8",
    // What npm says is part of the error if it fails, and noise if not.
    stdio: ["ignore", "pipe", "pipe"],
    // On Windows npm is a script, which only a shell starts.
    shell: process.platform === "win32",
  });
}

function unpack(
  { spec, integrity }: PinnedPackage,
  folder: string,
  { members = [], exclude = [], strip = 1 }: UnpackOptions,
): void {
  const temporary = fs.mkdtempSync(`${folder}.archive-`);
  try {
    const answer = JSON.parse(
      npm(["pack", spec, "--json", "--loglevel=error", "--pack-destination", temporary], temporary),
    ) as readonly {
      readonly filename: string;
      readonly integrity: string;
    }[];
    const archive = answer[0];
    if (archive?.integrity !== integrity)
      throw new Error(`${spec} is not the package this was tested with: ${archive?.integrity ?? "no archive"}`);
    execFileSync("tar", [
      "xzf",
      path.join(temporary, archive.filename),
      "-C",
      folder,
      `--strip-components=${strip}`,
      "--no-same-owner",
      ...exclude.map((member) => `--exclude=${member}`),
      ...members,
    ]);
  } finally {
    fs.rmSync(temporary, { recursive: true, force: true });
  }
}

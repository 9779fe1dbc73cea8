import { cacheFolder } from "../process/cacheFolder.ts";
import { diagnose } from "../process/diagnose.ts";
import { hubAccess } from "../process/hubAccess.ts";
import { doctorReport } from "./doctorReport.ts";
import { encoderNamed } from "./encoderChoice.ts";
import { settingsOf } from "./encoderSettings.ts";
import { withEngine } from "./engine.ts";
import type { CommandArguments } from "./main.ts";
import { remoteAccess } from "./remoteAccess.ts";
import { statusLine } from "./statusLine.ts";
import { UsageError } from "./usage.ts";

/** `doctor [--model ID] [--quick] [--json]`: what everything runs on, and whether encoders are right. 1 when a self-test fails. */
export async function doctorCommand({ values, paths }: CommandArguments): Promise<void> {
  if (paths.length > 0) throw new UsageError("doctor takes --model, no path.");
  const line = statusLine();
  const settings = settingsOf(values);
  const report = await withEngine(async (engine, token) => {
    const encoders =
      values.model === undefined ? {} : { encoders: [{ ...(await encoderNamed(engine, values.model)), ...settings }] };
    try {
      return await diagnose(engine, {
        ...encoders,
        quick: values.quick === true,
        folders: [
          { what: "cache", path: cacheFolder() },
          { what: "hub cache", path: hubAccess().cache },
        ],
        token,
        onProgress: (what, share) => {
          line.show(`${what} ${(100 * share).toFixed(0)} %`);
        },
      });
    } finally {
      line.end();
    }
  }, remoteAccess(values));
  console.log(values.json === true ? JSON.stringify(report, null, 2) : doctorReport(report));
  if (!report.passed) process.exitCode = 1;
}

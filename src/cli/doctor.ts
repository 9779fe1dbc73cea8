import { cacheFolder } from "../process/cacheFolder.ts";
import { diagnose } from "../process/diagnose.ts";
import { hubAccess } from "../process/hubAccess.ts";
import { doctorReport } from "./doctorReport.ts";
import { encoderNamed } from "./encoderChoice.ts";
import { settingsOf } from "./encoderSettings.ts";
import { withEngine } from "./engine.ts";
import type { CommandArguments } from "./main.ts";
import { remoteAccess } from "./remoteAccess.ts";
import { UsageError } from "./usage.ts";

/** `doctor [--model ID] [--quick] [--json]`: what everything runs on, and whether encoders are right. 1 when a self-test fails. */
export async function doctorCommand({ values, paths }: CommandArguments): Promise<void> {
  if (paths.length > 0) throw new UsageError("doctor takes --model, no path.");
  const line = progressLine();
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
        onProgress: line.show,
      });
    } finally {
      line.end();
    }
  }, remoteAccess(values));
  console.log(values.json === true ? JSON.stringify(report, null, 2) : doctorReport(report));
  if (!report.passed) process.exitCode = 1;
}

/** One line of a terminal; silent where standard error is no terminal. */
function progressLine(): { show: (what: string, share: number) => void; end: () => void } {
  const { stderr } = process;
  return {
    show: (what, share) => {
      if (stderr.isTTY) stderr.write(`\r${`${what} ${(100 * share).toFixed(0)} %`.slice(0, (stderr.columns || 80) - 1)}\u001b[K`);
    },
    end: () => {
      if (stderr.isTTY) stderr.write("\r\u001b[K");
    },
  };
}

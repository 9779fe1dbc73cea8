import { execFile } from "node:child_process";
import fs from "node:fs";
import path from "node:path";

/** Whether this machine runs on its battery; a machine that cannot say does not. */
export type PowerSource = () => Promise<boolean>;

const LINUX_SUPPLIES = "/sys/class/power_supply";
const ASK_MS = 5000;

export const systemPower: PowerSource = () => {
  switch (process.platform) {
    case "linux":
      return Promise.resolve(linuxOnBattery(LINUX_SUPPLIES));
    case "darwin":
      return answerOf("pmset", ["-g", "batt"], /Battery Power/);
    case "win32":
      // 1 = the battery is discharging.
      return answerOf(
        "powershell.exe",
        ["-NoProfile", "-NonInteractive", "-Command", "(Get-CimInstance Win32_Battery).BatteryStatus"],
        /^\s*1\s*$/m,
      );
    default:
      return Promise.resolve(false);
  }
};

/** On battery: one discharges and no mains supply is on. */
export function linuxOnBattery(folder: string): boolean {
  const read = (supply: string, name: string): string => {
    try {
      return fs.readFileSync(path.join(folder, supply, name), "utf8").trim();
    } catch {
      return "";
    }
  };
  let supplies: readonly string[] = [];
  try {
    supplies = fs.readdirSync(folder);
  } catch {
    // No such folder: no batteries that Linux knows of.
  }
  const mains = supplies.some((supply) => read(supply, "type") === "Mains" && read(supply, "online") === "1");
  return !mains && supplies.some((supply) => read(supply, "type") === "Battery" && read(supply, "status") === "Discharging");
}

const answerOf = (program: string, args: readonly string[], yes: RegExp): Promise<boolean> =>
  new Promise((resolve) => {
    execFile(program, args, { timeout: ASK_MS, windowsHide: true }, (error, stdout) => {
      resolve(error === null && yes.test(stdout));
    });
  });

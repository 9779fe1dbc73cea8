import fs from "node:fs";

/** Writes a small file. Whoever looks sees the old one or the new one, also after a power cut. Throws what the disk says. */
export function writeWhole(file: string, text: string): void {
  const part = `${file}.${process.pid}.part`;
  try {
    fs.writeFileSync(part, text, { flush: true });
    fs.renameSync(part, file);
  } catch (error) {
    fs.rmSync(part, { force: true });
    throw error;
  }
}

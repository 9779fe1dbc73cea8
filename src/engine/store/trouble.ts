import { type EmbedErrorData } from "../../protocol/errors.ts";
import { storageBusy, storageFailed, storageFull, storageNewer, storageReadOnly } from "../../protocol/storageErrors.ts";

/** What may be wrong with a disk or with what lies on it; undefined for errors of the program. */
export type Trouble = "corrupt" | "full" | "readOnly" | "busy" | "newer" | "failed";

/** Thrown for bytes that SQLite gave back without complaint and that are not what was written. */
export class DamagedRow extends Error {}

/** Thrown for an index that a newer version has made. */
export class NewerIndex extends Error {}

export function troubleOf(error: unknown): Trouble | undefined {
  if (error instanceof DamagedRow) return "corrupt";
  if (error instanceof NewerIndex) return "newer";
  if (!(error instanceof Error) || !("code" in error)) return undefined;
  if (error.code === "ERR_SQLITE_ERROR" && "errcode" in error) return ofSqlite(Number(error.errcode));
  return typeof error.code === "string" ? ofSystem(error.code) : undefined;
}

export function noticeOf(trouble: Trouble, folder: string, error: unknown): EmbedErrorData {
  const reason = error instanceof Error ? error.message : String(error);
  switch (trouble) {
    case "full":
      return storageFull(folder).data;
    case "readOnly":
      return storageReadOnly(folder).data;
    case "busy":
      return storageBusy(folder).data;
    case "newer":
      return storageNewer(folder).data;
    case "corrupt":
    case "failed":
      return storageFailed(folder, reason).data;
  }
}

/** Result codes: https://sqlite.org/rescode.html */
const SHORT_READ = 522;
const CORRUPT_FILE_SYSTEM = 8458;

function ofSqlite(code: number): Trouble {
  if (code === SHORT_READ || code === CORRUPT_FILE_SYSTEM) return "corrupt";
  switch (code & 0xff) {
    case 1: // ERROR: a table is not there
    case 11: // CORRUPT
    case 26: // NOTADB
      return "corrupt";
    case 13: // FULL
      return "full";
    case 3: // PERM
    case 8: // READONLY
    case 14: // CANTOPEN
      return "readOnly";
    case 5: // BUSY
    case 6: // LOCKED
    case 15: // PROTOCOL: too many tries at a lock
      return "busy";
    default:
      return "failed";
  }
}

function ofSystem(code: string): Trouble | undefined {
  if (["ENOSPC", "EDQUOT", "EFBIG"].includes(code)) return "full";
  if (["EROFS", "EACCES", "EPERM"].includes(code)) return "readOnly";
  if (code.startsWith("Z_")) return "corrupt";
  return /^E[A-Z0-9]+$/.test(code) && !code.startsWith("ERR_") ? "failed" : undefined;
}

import type { Disposable } from "../../core/base/disposable.ts";
import { type EmbedErrorData } from "../../protocol/errors.ts";
import { indexRebuilt, otherWindow } from "../../protocol/storageErrors.ts";
import type { Change } from "./change.ts";
import type { IndexDatabase } from "./database.ts";
import type { StorageState } from "./localIndex.ts";
import { bytesOnDisk, fileIdentity, openDatabase, removeDatabase, type Connect } from "./openDatabase.ts";
import { memoryStorage } from "./memoryStorage.ts";
import { createOverlay, type Overlay } from "./overlay.ts";
import { noticeOf, troubleOf } from "./trouble.ts";
import { takeWriterLock } from "./writerLock.ts";

/**
 * The disk, as far as it serves. What it does not take waits in memory, in order, and is tried again with the next write;
 * a damaged index is thrown away. Never throws for anything that is wrong with the disk.
 */
export interface Storage extends Disposable {
  readonly state: StorageState;
  readonly role: "writer" | "reader";
  readonly overlay: Overlay;
  /** Grows when what was known is void: everything must be read again. */
  readonly epoch: number;
  /** Tries to become the only writer; false while another process is. */
  claim(): boolean;
  /** Whether another process has written since the last call. */
  changed(): boolean;
  /** What `work` finds on disk; `otherwise` when there is no disk or it fails. */
  read<T>(work: (database: IndexDatabase) => T, otherwise: T): T;
  /**
   * Throws when another process is the writer, never for the disk's sake. false: what the change builds upon turned out to be
   * damaged and is gone, and so is the change.
   */
  write(change: Change): boolean;
  /** Keeps a change until this process becomes the writer, if it does. */
  writeLater(change: Change): void;
  /** Work on the writer's disk that may be left undone; not called where there is none. */
  maintain(work: (database: IndexDatabase) => void): void;
  /** Forgets everything. */
  clear(): void;
}

export interface StorageParts {
  /** null keeps everything in memory. */
  readonly folder: string | null;
  readonly connect: Connect;
}

/** A disk that stays full is tried again by searches too, this often. */
const RETRY_MS = 5000;
/** A disk that damages a new index as soon as it is made is left alone. */
const MAX_REBUILDS = 3;

export function createStorage(parts: StorageParts): Storage {
  return parts.folder === null ? memoryStorage() : diskStorage({ ...parts, folder: parts.folder });
}

interface Position {
  readonly seq: number;
  readonly nextText: number;
}

const positionOf = (disk: IndexDatabase | undefined): Position =>
  disk === undefined ? { seq: 0, nextText: 0 } : { seq: disk.lastSeq(), nextText: disk.nextText() };

function diskStorage({ folder, connect }: StorageParts & { readonly folder: string }): Storage {
  const overlay = createOverlay();
  /** Changes the disk has not taken, oldest first. */
  let waiting: Change[] = [];
  let disk: IndexDatabase | undefined;
  let writable = false;
  let lock: Disposable | undefined;
  let claimed = false;
  let epoch = 0;
  let rebuilds = 0;
  /** Why the disk is not written to. */
  let trouble: EmbedErrorData | undefined;
  let rebuilt: EmbedErrorData | undefined;
  /** Never touched again by this process: made by a newer version, or it keeps breaking. */
  let leftAlone = false;
  let seen: { readonly identity: number | undefined; readonly version: number } = { identity: undefined, version: 0 };
  let triedAt = -Infinity;
  /** How far the disk went when it was last opened or written here. */
  let end: Position = { seq: 0, nextText: 0 };

  const close = (): void => {
    try {
      disk?.close();
    } catch {
      // A damaged database may not even close well; its file is dropped anyway.
    }
    disk = undefined;
    writable = false;
  };
  const look = (): typeof seen => ({ identity: fileIdentity(folder), version: disk?.dataVersion() ?? 0 });
  const open = (write: boolean): void => {
    close();
    const opened = openDatabase(folder, write, connect);
    disk = opened?.database;
    writable = opened?.writable ?? false;
    seen = look();
    end = positionOf(disk);
  };
  const forget = (): void => {
    waiting = [];
    overlay.clear();
    epoch++;
  };

  /** On Windows a file that another window reads cannot be removed; its rows can. */
  const emptyFolder = (): void => {
    close();
    try {
      removeDatabase(folder);
    } catch (error) {
      open(true);
      if (disk === undefined) throw error;
      disk.erase();
    }
  };
  /** Throws the index away, if it is ours to throw away, and begins anew. */
  const rebuild = (): void => {
    close();
    forget();
    const own = lock ?? takeWriterLock(folder);
    if (own === undefined) return;
    try {
      if (++rebuilds > MAX_REBUILDS) leftAlone = true;
      removeDatabase(folder);
      rebuilt = indexRebuilt(folder).data;
      if (!leftAlone && claimed) open(true);
    } finally {
      if (own !== lock) own.dispose();
    }
  };
  /** Takes note of a failure of the disk; throws all others. */
  const failed = (error: unknown): void => {
    const kind = troubleOf(error);
    if (kind === undefined) throw error;
    trouble = noticeOf(kind, folder, error);
    if (kind === "newer") {
      leftAlone = true;
      close();
    }
    if (kind !== "corrupt") return;
    try {
      rebuild();
      if (disk !== undefined || !claimed) trouble = undefined;
    } catch (again) {
      trouble = noticeOf(troubleOf(again) ?? "failed", folder, again);
    }
  };
  const attempt = <T>(work: () => T, otherwise: T): T => {
    try {
      return work();
    } catch (error) {
      failed(error);
      return otherwise;
    }
  };

  /** The writer's disk, opened if need be. Throws what is wrong with it. */
  const ready = (): IndexDatabase | undefined => {
    if (leftAlone) return undefined;
    lock ??= takeWriterLock(folder);
    if (lock === undefined) {
      trouble = otherWindow().data;
      return undefined;
    }
    if (disk === undefined || !writable) {
      const before = end;
      open(true);
      // Somebody wrote before it could be opened: the numbers given here meanwhile may be taken there.
      if (end.seq > before.seq || end.nextText > before.nextText) forget();
    }
    return disk;
  };
  const flush = (): void => {
    triedAt = performance.now();
    attempt(() => {
      const target = ready();
      if (target === undefined) return;
      for (let change = waiting[0]; change !== undefined; change = waiting[0]) {
        target.apply(change);
        waiting.shift();
        end = positionOf(target);
      }
      trouble = undefined;
      overlay.clear();
    }, undefined);
  };
  const claim = (): boolean => {
    if (claimed) return true;
    if (!leftAlone) {
      try {
        lock = takeWriterLock(folder);
        if (lock === undefined) return false;
      } catch (error) {
        failed(error);
      }
    }
    claimed = true;
    if (lock !== undefined) {
      attempt(() => {
        const before = seen.identity;
        open(true);
        if (before !== undefined && before !== seen.identity) forget();
      }, undefined);
      if (waiting.length > 0) flush();
    }
    return true;
  };

  attempt(() => {
    open(false);
  }, undefined);
  const storage: Storage = {
    overlay,
    get state() {
      const notice = trouble ?? rebuilt;
      const kind = trouble === undefined ? ("disk" as const) : ("memory" as const);
      const bytes = bytesOnDisk(folder);
      return { kind, bytes: kind === "disk" ? bytes : bytes + overlay.bytes, ...(notice === undefined ? {} : { notice }) };
    },
    get role() {
      return claimed ? ("writer" as const) : ("reader" as const);
    },
    get epoch() {
      return epoch;
    },
    claim,
    changed: () => {
      if (claimed) {
        if (waiting.length > 0 && performance.now() - triedAt > RETRY_MS) flush();
        return false;
      }
      if (leftAlone) return false;
      // Who only reads has no trouble but that of the last time it read.
      trouble = undefined;
      return attempt(() => {
        const before = seen;
        if (disk !== undefined && fileIdentity(folder) === before.identity) {
          seen = look();
          return seen.version !== before.version;
        }
        open(false);
        if (disk === undefined && before.identity === seen.identity) return false;
        forget();
        return true;
      }, false);
    },
    read: (work, otherwise) => {
      const from = disk;
      return from === undefined ? otherwise : attempt(() => work(from), otherwise);
    },
    write: (change) => {
      if (!claim()) throw otherWindow();
      const before = epoch;
      waiting.push(change);
      flush();
      if (epoch !== before) return false;
      if (waiting.length > 0) overlay.add(change);
      return true;
    },
    writeLater: (change) => {
      if (claimed) {
        storage.write(change);
        return;
      }
      waiting.push(change);
      overlay.add(change);
    },
    maintain: (work) => {
      const target = disk;
      if (!claimed || !writable || target === undefined || waiting.length > 0) return;
      attempt(() => {
        work(target);
      }, undefined);
    },
    clear: () => {
      if (!claim()) throw otherWindow();
      forget();
      rebuilt = undefined;
      if (leftAlone) return;
      attempt(() => {
        emptyFolder();
        trouble = undefined;
        if (lock !== undefined) open(true);
      }, undefined);
    },
    dispose: () => {
      if (claimed && waiting.length > 0) flush();
      close();
      lock?.dispose();
      lock = undefined;
    },
  };
  return storage;
}

import { createHash } from "node:crypto";

import type { Position, Range } from "../../core/text/segment.ts";
import { wordsOf } from "../../core/text/words.ts";
import type { Place } from "../../protocol/workspace.ts";
import type { Catalogue, FileStamp, IndexFile, StoredSegment } from "./catalogue.ts";
import type { Change, FileRow, FileTexts, TextRow } from "./change.ts";
import { createFileTable, type FileEntry, type FileTable } from "./fileTable.ts";
import { createLexicalIndex } from "./lexicalIndex.ts";
import { pathFilter } from "./pathFilter.ts";
import { packPlaces, unpackPlaces } from "./places.ts";
import type { Storage } from "./storage.ts";
import { createTermIds } from "./termIds.ts";
import { DamagedRow } from "./trouble.ts";
import { wordsRow } from "./wordsRow.ts";

/** The catalogue of the local index: who stands where in memory, all else read from the store when it is asked for. */
export interface LocalCatalogue {
  readonly catalogue: Catalogue;
  readonly table: FileTable;
  /** Takes in what the store has that is not known here; everything anew after a new epoch. */
  catchUp(): void;
  /** Forgets words kept in memory. */
  dropped(): void;
}

/** Files whose places are kept unpacked: lists of hits name the same few again and again. */
const UNPACKED_FILES = 128;

/** @param mayWrite makes this process the writer, with all that was written before known here, or throws. */
export function createLocalCatalogue(storage: Storage, mayWrite: () => void): LocalCatalogue {
  const table = createFileTable();
  const lexicon = createLexicalIndex();
  const termIds = createTermIds(storage);
  const unpacked = new Map<number, readonly StoredSegment[]>();
  /** Of files that this process wrote: the disk may not have taken them yet. */
  const written = new Map<string, FileStamp & { readonly seq: number }>();
  /** Of all files; read when somebody scans, since most processes only search. */
  let stamps: Map<string, FileStamp> | undefined;
  let epoch = storage.epoch;
  let lastSeq = 0;
  let nextText = 0;
  /** The last row of words that is in memory; undefined as long as nobody has searched. */
  let lastWords: number | undefined;

  const reset = (): void => {
    epoch = storage.epoch;
    lastSeq = 0;
    lastWords = undefined;
    table.clear();
    lexicon.clear();
    termIds.clear();
    unpacked.clear();
    written.clear();
    stamps = undefined;
  };
  const take = ({ seq, texts, file, path, languageId }: FileTexts): void => {
    if (texts === null) table.remove(file);
    else table.put({ seq, texts, file, path, languageId });
    lastSeq = Math.max(lastSeq, seq);
  };
  const takeOwn = (row: FileRow): void => {
    take(row);
    const { seq, file, size, mtimeMs, hash } = row;
    if (row.texts === null) written.delete(file);
    else written.set(file, { seq, size, mtimeMs, hash });
    if (row.texts === null) stamps?.delete(file);
    else stamps?.set(file, { size, mtimeMs, hash });
  };
  const stampsNow = (): ReadonlyMap<string, FileStamp> => {
    if (stamps !== undefined) return stamps;
    const all = new Map<string, FileStamp>();
    const add = (file: string, { seq, size, mtimeMs, hash }: FileStamp & { readonly seq: number }): void => {
      // A stamp tells of the segments that are known here, or of nothing.
      if (table.files.get(file)?.seq === seq) all.set(file, { size, mtimeMs, hash });
    };
    for (const { file, ...stamp } of storage.read((disk) => disk.stamps(), [])) add(file, stamp);
    for (const [file, stamp] of written) add(file, stamp);
    return (stamps = all);
  };
  const catchUp = (): void => {
    if (epoch !== storage.epoch) reset();
    const news = storage.read((disk) => {
      const purged = disk.meta("purged");
      // What was dropped cannot be told by its row any more.
      const anew = purged > lastSeq && lastSeq > 0;
      return { anew, purged, rows: disk.filesAfter(anew ? 0 : lastSeq), nextText: disk.nextText() };
    }, undefined);
    if (epoch !== storage.epoch) reset();
    else if (news !== undefined) {
      if (news.anew) reset();
      for (const row of news.rows) take(row);
      if (news.rows.length > 0) stamps = undefined;
      lastSeq = Math.max(lastSeq, news.purged);
      // Never lower: numbers are not given again while the index is open.
      nextText = Math.max(nextText, news.nextText);
      if (lastWords !== undefined) loadWords();
    }
  };

  const loadWords = (): void => {
    const rows = storage.read((disk) => [...disk.wordsAfter(lastWords ?? 0)], []);
    lexicon.add(rows);
    lastWords = rows.at(-1)?.id ?? lastWords ?? 0;
  };
  const numberOf = (hash: string): number | undefined =>
    storage.overlay.numbers.get(hash) ?? storage.read((disk) => disk.numberOf(hash), undefined);

  /** Writes what `build` makes of the index as it is; again if the index turns out to be void meanwhile. */
  const write = (build: () => Change): void => {
    mayWrite();
    for (let tries = 0; tries < 3; tries++) {
      catchUpIfVoid();
      const change = build();
      if (epoch !== storage.epoch || !storage.write(change)) continue;
      for (const row of change.files ?? []) takeOwn(row);
      if (change.words !== undefined && lastWords !== undefined) lexicon.add([change.words]);
      return;
    }
  };
  const catchUpIfVoid = (): void => {
    if (epoch !== storage.epoch) catchUp();
  };

  const changeOf = (files: readonly IndexFile[]): Change => {
    const texts: TextRow[] = [];
    const fresh = new Map<string, number>();
    const rows = files.map(({ segments, ...file }, at): FileRow => {
      const numbers = segments.map(({ text, headerLength }) => {
        const hash = createHash("sha256").update(text).digest("hex");
        const known = fresh.get(hash) ?? numberOf(hash);
        if (known !== undefined) return known;
        const number = nextText++;
        fresh.set(hash, number);
        texts.push({ number, hash, text, headerLength });
        return number;
      });
      return { ...file, seq: lastSeq + 1 + at, texts: Int32Array.from(numbers), places: packPlaces(segments) };
    });
    if (texts.length === 0) return { files: rows };
    const words = wordsRow(
      texts.map(({ number, text }) => [number, wordsOf(text)]),
      (word) => termIds.idOf(word),
    );
    return { files: rows, texts, words, terms: termIds.takeNew() };
  };

  const placesBytes = (entry: FileEntry): Uint8Array | undefined =>
    storage.overlay.places.get(entry.seq) ?? storage.read((disk) => disk.places(entry.seq), undefined);
  const segmentsOf = (entry: FileEntry): readonly StoredSegment[] => {
    const known = unpacked.get(entry.seq);
    if (known !== undefined) return known;
    // Another process may have changed the file since: then its place is not known here before the next refresh.
    const bytes = placesBytes(entry);
    if (bytes === undefined) return [];
    const segments = storage.read(() => unpack(bytes, entry), undefined) ?? unpackQuietly(bytes, entry);
    if (unpacked.size >= UNPACKED_FILES) unpacked.delete(unpacked.keys().next().value!);
    unpacked.set(entry.seq, segments);
    return segments;
  };

  const present = (): Uint8Array => {
    const accept = new Uint8Array(nextText);
    for (const text of table.presentTexts()) accept[text] = 1;
    return accept;
  };

  const catalogue: Catalogue = {
    get fileCount() {
      return table.fileCount;
    },
    get languages() {
      return table.languages;
    },
    get segmentCount() {
      return table.segmentCount;
    },
    get textCount() {
      return table.textCount;
    },
    get version() {
      return table.version;
    },
    stamps: stampsNow,
    putFiles: (files) => {
      // The last of the same file counts.
      const distinct = [...new Map(files.map((file) => [file.file, file])).values()];
      write(() => changeOf(distinct));
    },
    touchFiles: (stamps) => {
      write(() => {
        const files = [...stamps].flatMap(([file, stamp], at): FileRow[] => {
          const entry = table.files.get(file);
          const places = entry === undefined ? undefined : placesBytes(entry);
          if (entry === undefined || places === undefined) return [];
          const { size, mtimeMs, hash } = stamp;
          return [{ ...entry, size, mtimeMs, hash, seq: lastSeq + 1 + at, places }];
        });
        return { files };
      });
    },
    removeFiles: (files) => {
      write(() => ({
        files: files.flatMap((file, at): FileRow[] => {
          const entry = table.files.get(file);
          return entry === undefined ? [] : [{ ...entry, ...NO_STAMP, seq: lastSeq + 1 + at, texts: null, places: NONE }];
        }),
      }));
    },
    segmentsOf: (file) => {
      const entry = table.files.get(file);
      return entry === undefined ? [] : segmentsOf(entry);
    },
    segmentAt: (file, position) => {
      const entry = table.files.get(file);
      return entry === undefined ? undefined : innermost(segmentsOf(entry), position);
    },
    presentTexts: () => table.presentTexts(),
    allowed: (filter, queryFile) => {
      const { path, languages, otherFiles = false } = filter;
      const leftOut = otherFiles ? queryFile : undefined;
      const anyLanguage = languages === undefined || languages.length === 0;
      if (path === undefined && anyLanguage && leftOut === undefined) return present();
      const matches = pathFilter(path ?? "");
      const accept = new Uint8Array(nextText);
      for (const entry of table.files.values()) {
        if (entry.file === leftOut || !(anyLanguage || languages.includes(entry.languageId)) || !matches(entry.path)) continue;
        for (const text of entry.texts) accept[text] = 1;
      }
      return accept;
    },
    placesOf: (text) =>
      table.filesOf(text).flatMap((entry) =>
        segmentsOf(entry)
          .filter((segment) => segment.text === text)
          .map(({ range, label, kind }): Place => {
            return { file: entry.file, path: entry.path, languageId: entry.languageId, range, label, kind };
          }),
      ),
    textOf: (text) => {
      const row = storage.overlay.texts.get(text) ?? storage.read((disk) => disk.text(text), undefined);
      return { text: row?.text ?? "", headerLength: row?.headerLength ?? 0 };
    },
    hashOf: (text) => storage.overlay.texts.get(text)?.hash ?? storage.read((disk) => disk.hash(text), undefined) ?? "",
    numberOf,
    lexical: (query, k, accept) => {
      catchUpIfVoid();
      if (lastWords === undefined) {
        lexicon.add(storage.overlay.words);
        loadWords();
      }
      const terms = wordsOf(query).flatMap((word) => termIds.known(word) ?? []);
      return lexicon.search({ terms, k, present: table.presentTexts(), accept });
    },
  };
  return {
    catalogue,
    table,
    catchUp,
    dropped: () => {
      lastWords = undefined;
      lexicon.clear();
    },
  };
}

const NONE = new Uint8Array(0);
/** Of a file that is gone. */
const NO_STAMP: FileStamp = { size: 0, mtimeMs: 0, hash: "" };

function unpack(bytes: Uint8Array, entry: FileEntry): readonly StoredSegment[] {
  try {
    return unpackPlaces(bytes, entry.texts);
  } catch (error) {
    throw new DamagedRow(String(error));
  }
}

/** What is kept in memory alone is never damaged; what is damaged has no places. */
function unpackQuietly(bytes: Uint8Array, entry: FileEntry): readonly StoredSegment[] {
  try {
    return unpackPlaces(bytes, entry.texts);
  } catch {
    return [];
  }
}

/** The segment around a position that starts last: a method rather than its class. A position at its very end is in it. */
function innermost(segments: readonly StoredSegment[], position: Position): StoredSegment | undefined {
  return segments
    .filter(({ range }) => holds(range, position))
    .reduce<StoredSegment | undefined>(
      (inner, segment) => (inner && after(inner.range.start, segment.range.start) ? inner : segment),
      undefined,
    );
}

const holds = ({ start, end }: Range, position: Position): boolean => !after(start, position) && !after(position, end);

const after = (a: Position, b: Position): boolean => a.line > b.line || (a.line === b.line && a.character > b.character);

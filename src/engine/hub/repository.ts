import * as v from "valibot";

import { badRequest } from "../../protocol/errors.ts";
import { hubWrong } from "../../protocol/hubErrors.ts";
import type { HubHit } from "../../protocol/hub.ts";
import { below } from "./hubAddress.ts";
import type { HubClient } from "./hubClient.ts";

/** A file as its publisher's repository knows it. */
export interface RepositoryFile {
  readonly path: string;
  readonly bytes: number;
  readonly digest: Digest;
}

/** Large files are known by their sha256, small ones by git's own hash. The value is the file's name in the cache. */
export interface Digest {
  readonly kind: "sha256" | "gitBlob";
  readonly hex: string;
}

/** A repository at one commit, which never changes. */
export interface Repository {
  readonly id: string;
  readonly commit: string;
  readonly revision: string;
  readonly licence: string;
  readonly tags: readonly string[];
  readonly gated: boolean;
  readonly files: readonly RepositoryFile[];
}

/** Asks the hub for a repository. Throws the errors of {@link HubClient}, or `badRequest` for a name that is none. */
export async function findRepository(hub: HubClient, id: string, revision: string, signal: AbortSignal): Promise<Repository> {
  if (!isRepositoryId(id)) throw badRequest(`${JSON.stringify(id.slice(0, 100))} is no owner/name of a repository.`);
  if (!isRevision(revision)) throw badRequest(`${JSON.stringify(revision.slice(0, 100))} is no revision.`);
  // A branch may be called feature/x: its slash is no part of the address.
  const url = new URL(`revision/${encodeURIComponent(revision)}?blobs=true`, `${below(hub.address, "api/models", id).href}/`);
  const found = await hub.ask(url, REPOSITORY, { repository: id, revision }, signal);
  if (COMMIT.test(revision) && found.sha !== revision) throw hubWrong(hub.address.host, "it is another commit");
  return {
    id,
    commit: found.sha,
    revision,
    licence: licenceOf(found.cardData ?? {}),
    tags: found.tags,
    gated: found.gated !== false,
    files: found.siblings.flatMap(({ rfilename, size, blobId, lfs }): RepositoryFile[] => {
      if (!isPlainPath(rfilename)) return [];
      if (lfs?.sha256 !== undefined) return [{ path: rfilename, bytes: lfs.size, digest: { kind: "sha256", hex: lfs.sha256 } }];
      if (blobId === undefined || size === undefined) return [];
      return [{ path: rfilename, bytes: size, digest: { kind: "gitBlob", hex: blobId } }];
    }),
  };
}

/** Hits of a search; more than these nobody reads. */
const MAX_HITS = 20;

export async function searchRepositories(hub: HubClient, query: string, signal: AbortSignal): Promise<readonly HubHit[]> {
  const url = below(hub.address, "api/models");
  url.search = new URLSearchParams({ search: query, sort: "downloads", direction: "-1", limit: String(MAX_HITS) }).toString();
  const hits = await hub.ask(url, v.array(HIT), { repository: query, revision: "main" }, signal);
  return hits
    .filter(({ id }) => isRepositoryId(id))
    .slice(0, MAX_HITS)
    .map(({ id, downloads, tags }) => ({ repository: id, downloads, tags }));
}

/** owner/name or name: letters, digits, `-`, `_`, `.`, no `--` or `..`. */
export const isRepositoryId = (id: string): boolean =>
  /^[A-Za-z0-9_][\w.-]{0,95}(\/[A-Za-z0-9_][\w.-]{0,95})?$/.test(id) && !/--|\.\.|\.git$/.test(id);

const isRevision = (revision: string): boolean =>
  /^[\w.][\w./+-]{0,199}$/.test(revision) && !revision.split("/").some((part) => part === "" || /^\.+$/.test(part));

/** What becomes a path here must stay below its folder, on every system. */
const isPlainPath = (path: string): boolean =>
  path.length < 400 && path.split("/").every((part) => /^[^\\:*?"<>|\x00-\x1f]+$/.test(part) && !/^\.+$|[. ]$/.test(part));

export const COMMIT = /^[0-9a-f]{40}$/;

const ONE_OR_MORE = v.union([v.string(), v.array(v.string())]);

const REPOSITORY = v.looseObject({
  sha: v.pipe(v.string(), v.regex(COMMIT, "no commit")),
  gated: v.optional(v.union([v.boolean(), v.string()]), false),
  tags: v.optional(v.array(v.string()), []),
  cardData: v.nullish(v.looseObject({ license: v.nullish(ONE_OR_MORE), license_name: v.nullish(v.string()) })),
  siblings: v.array(
    v.looseObject({
      rfilename: v.string(),
      size: v.optional(v.pipe(v.number(), v.safeInteger(), v.minValue(0))),
      blobId: v.optional(v.pipe(v.string(), v.regex(COMMIT, "no git hash"))),
      lfs: v.nullish(
        v.looseObject({
          size: v.pipe(v.number(), v.safeInteger(), v.minValue(0)),
          sha256: v.optional(v.pipe(v.string(), v.regex(/^[0-9a-f]{64}$/, "no sha256"))),
        }),
      ),
    }),
  ),
});

const HIT = v.looseObject({ id: v.string(), downloads: v.optional(v.number(), 0), tags: v.optional(v.array(v.string()), []) });

function licenceOf({ license, license_name: name }: Record<string, unknown>): string {
  const given = Array.isArray(license) ? license.join(", ") : license;
  if (typeof given !== "string" || given === "") return "unknown";
  return given === "other" && typeof name === "string" ? name : given;
}

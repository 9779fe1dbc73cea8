import type { CancellationToken } from "../../core/base/cancellation.ts";
import type { Progress } from "../../protocol/engine.ts";
import type { SearchSpec, ToNeighbours } from "../../protocol/neighboursPanel.ts";
import { bestLines, BM25, duplicates, hubs, neighbours, type NeighboursOutcome, type Query } from "../../protocol/workspace.ts";
import type { SharedIndex } from "../index/sharedIndex.ts";
import type { WorkspaceIndex } from "../index/workspaceIndex.ts";

/** Hubs and duplicates shown at most: a person looks at the first ones. */
const MAX_LISTED = 200;

export interface SearchParts {
  readonly index: WorkspaceIndex;
  readonly shared: SharedIndex;
}

type Told = Exclude<ToNeighbours, { readonly type: "begin" | "index" | "failed" }>;

/** Runs a search and tells what comes, as it comes; the last message is `finished`. Rejects with an EmbedError. */
export async function runSearch(
  spec: SearchSpec,
  revision: number,
  { index, shared }: SearchParts,
  tell: (message: Told) => void,
  token: CancellationToken,
): Promise<void> {
  const { what, encoders, k } = spec;
  const options = { token, onProgress: progressTo(revision, tell) };
  switch (what.kind) {
    case "neighbours": {
      const server = spec.source === "shared" ? await shared.server() : undefined;
      const told = new Set<string>();
      const lines: Promise<void>[] = [];
      const found = (outcome: NeighboursOutcome): void => {
        if (told.has(outcome.id)) return;
        told.add(outcome.id);
        tell({ type: "outcome", revision, outcome });
        // Texts of a shared server have no number here.
        if (server === undefined) lines.push(tellLines(spec, what.query, outcome, revision, index, tell, token));
      };
      const result = await index.ask(
        neighbours,
        { query: what.query, encoders, k, filter: spec.filter, ...(server === undefined ? {} : { shared: server }) },
        {
          token,
          onProgress: (progress) => {
            if (progress.kind === "neighbours") found(progress.outcome);
          },
        },
      );
      // Progress may be late, or none.
      for (const outcome of result.outcomes) found(outcome);
      const { query, files, segments } = result;
      tell({ type: "finished", revision, result: { kind: "neighbours", query, files, segments } });
      await Promise.all(lines);
      return;
    }
    case "hubs": {
      const result = await index.ask(hubs, { encoders, k, limit: MAX_LISTED }, options);
      tell({ type: "finished", revision, result: { kind: "hubs", ...result } });
      return;
    }
    case "duplicates": {
      const result = await index.ask(duplicates, { encoders, atLeast: spec.atLeast, limit: MAX_LISTED }, options);
      tell({ type: "finished", revision, result: { kind: "duplicates", ...result } });
    }
  }
}

/** The best line of each hit is a nicety: without it the hits stand as they are. */
async function tellLines(
  { encoders }: SearchSpec,
  query: Query,
  outcome: NeighboursOutcome,
  revision: number,
  index: WorkspaceIndex,
  tell: (message: Told) => void,
  token: CancellationToken,
): Promise<void> {
  if (!outcome.ok || outcome.hits.length === 0) return;
  const encoder = encoders.find(({ id }) => id === outcome.id);
  if (encoder === undefined && outcome.id !== BM25) return;
  const texts = outcome.hits.map(({ text }) => text);
  const params = { query, texts, ...(encoder === undefined ? {} : { encoder }) };
  await index.ask(bestLines, params, { token }).then(
    (lines) => {
      tell({ type: "lines", revision, id: outcome.id, lines });
    },
    () => undefined,
  );
}

/** Steps as they are; encoders that work one after the other as one. */
function progressTo(revision: number, tell: (message: Told) => void): (progress: Progress) => void {
  const parts = new Map<string, { readonly done: number; readonly total: number }>();
  return (progress) => {
    if (progress.kind === "steps") tell({ type: "progress", revision, done: progress.done, total: progress.total });
    if (progress.kind !== "encoder") return;
    parts.set(progress.id, progress);
    const sum = (of: "done" | "total"): number => [...parts.values()].reduce((all, part) => all + part[of], 0);
    tell({ type: "progress", revision, done: sum("done"), total: sum("total") });
  };
}

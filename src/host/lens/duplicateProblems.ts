import * as vscode from "vscode";

import { duplicates, type DuplicatePair, type FoundText, type Place } from "../../protocol/workspace.ts";
import { COMMANDS, SETTINGS } from "../contributions.ts";
import type { Encoders } from "../encoders/encoders.ts";
import { settingId } from "../index/indexSettings.ts";
import type { WorkspaceIndex } from "../index/workspaceIndex.ts";
import { complain } from "../status/complain.ts";
import { plural } from "../index/words.ts";
import { toRange } from "../neighbours/places.ts";
import { DUPLICATES_AT_LEAST } from "../neighbours/searches.ts";

/** A list of problems longer than this helps nobody. */
const MAX_PAIRS = 200;
/** The whole index is looked at each time: not between two edits. */
const QUIET_MS = 2000;

/** Near-duplicates as problems of severity Information. Off unless the setting is on; then as of the last end of indexing. */
export function registerDuplicateProblems(index: WorkspaceIndex, encoders: Encoders): vscode.Disposable {
  const problems = vscode.languages.createDiagnosticCollection("Compare Embeddings");
  const settings = () => vscode.workspace.getConfiguration(SETTINGS.section);
  const isOn = (): boolean => settings().get<boolean>(SETTINGS.duplicateProblems, false);
  let timer: NodeJS.Timeout | undefined;
  /** Counts requests to show: what an older one finds is void. */
  let turn = 0;

  const show = async (): Promise<void> => {
    const mine = ++turn;
    if (!isOn() || index.status === undefined || index.status.files === 0) {
      problems.clear();
      return;
    }
    const chosen = (await encoders.chosen()).map((id) => ({ id }));
    const atLeast = Math.min(DUPLICATES_AT_LEAST, chosen.length);
    const { pairs } = await index.ask(duplicates, { encoders: chosen, atLeast, limit: MAX_PAIRS });
    if (mine !== turn) return;
    const byFile = Map.groupBy(pairs.flatMap(problemsOf), ({ file }) => file);
    problems.clear();
    problems.set([...byFile].map(([file, group]) => [vscode.Uri.file(file), group.map(({ problem }) => problem)]));
  };
  /** By itself it fails in silence: the next end of indexing tries again. */
  const refresh = (): void => {
    if (!isOn()) return;
    clearTimeout(timer);
    timer = setTimeout(() => {
      show().catch(() => undefined);
    }, QUIET_MS);
  };

  return vscode.Disposable.from(
    problems,
    new vscode.Disposable(() => {
      clearTimeout(timer);
    }),
    index.onDidSettle(refresh),
    vscode.workspace.onDidChangeConfiguration((event) => {
      if (event.affectsConfiguration(settingId(SETTINGS.duplicateProblems))) show().catch(complain);
    }),
    vscode.commands.registerCommand(COMMANDS.toggleDuplicateProblems, async () => {
      await settings().update(SETTINGS.duplicateProblems, !isOn(), vscode.ConfigurationTarget.Global);
    }),
  );
}

interface Problem {
  readonly file: string;
  readonly problem: vscode.Diagnostic;
}

/** At each place of either text, with the other as what it is related to. */
function problemsOf({ a, b, closeness }: DuplicatePair): Problem[] {
  const found = Object.keys(closeness).length;
  if (b === undefined)
    return a.places.map((place) => problemAt(place, a.places.find((other) => other !== place) ?? place, "The same text as"));
  const words = `Nearly the same as`;
  const by = ` (${plural(found, "encoder")})`;
  const at = (one: FoundText, other: FoundText): Problem[] =>
    one.places.flatMap((place) => (other.places[0] === undefined ? [] : [problemAt(place, other.places[0], words, by)]));
  return [...at(a, b), ...at(b, a)];
}

function problemAt(place: Place, other: Place, words: string, by = ""): Problem {
  const problem = new vscode.Diagnostic(
    toRange(place.range),
    `${words} \`${other.label}\` in ${other.path}${by}`,
    vscode.DiagnosticSeverity.Information,
  );
  problem.source = "Compare Embeddings";
  problem.relatedInformation = [
    new vscode.DiagnosticRelatedInformation(new vscode.Location(vscode.Uri.file(other.file), toRange(other.range)), other.label),
  ];
  return { file: place.file, problem };
}

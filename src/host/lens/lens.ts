import * as vscode from "vscode";

import { errorData } from "../../protocol/errors.ts";
import { nearestInFile, neighbours, type NearestOfSegment, type NeighboursOutcome } from "../../protocol/workspace.ts";
import { COMMANDS, SETTINGS } from "../contributions.ts";
import type { Encoders } from "../encoders/encoders.ts";
import { settingId } from "../index/indexSettings.ts";
import type { WorkspaceIndex } from "../index/workspaceIndex.ts";
import { nameLine } from "./nameLine.ts";

/** Neighbours that a hover names per encoder. */
const HOVER_K = 3;

/** Above each indexed symbol what most encoders see as nearest, and on hover each encoder's list. Off unless the setting is on. */
export function registerLens(index: WorkspaceIndex, encoders: Encoders): vscode.Disposable {
  const changed = new vscode.EventEmitter<void>();
  const settings = () => vscode.workspace.getConfiguration(SETTINGS.section);
  /** By file, as of the last time that indexing came to its end. */
  const answers = new Map<string, Promise<readonly NearestOfSegment[]>>();
  const forget = (): void => {
    if (answers.size === 0) return;
    answers.clear();
    changed.fire();
  };

  const chosen = async () => (await encoders.chosen()).map((id) => ({ id }));
  const nearestIn = (document: vscode.TextDocument): Promise<readonly NearestOfSegment[]> => {
    const path = document.uri.fsPath;
    const known = answers.get(path);
    if (known !== undefined) return known;
    const asked = (async () => index.ask(nearestInFile, { path, encoders: await chosen() }))();
    answers.set(path, asked);
    // A lens is a nicety: what fails is shown nowhere and asked again next time.
    asked.catch(() => answers.delete(path));
    return asked.catch(() => []);
  };
  const isShown = (document: vscode.TextDocument): boolean =>
    settings().get<boolean>(SETTINGS.lens, false) &&
    index.status !== undefined &&
    vscode.workspace.getWorkspaceFolder(document.uri) !== undefined;

  const lensProvider: vscode.CodeLensProvider = {
    onDidChangeCodeLenses: changed.event,
    provideCodeLenses: async (document) => {
      if (!isShown(document)) return [];
      const [found, nameOf] = await Promise.all([nearestIn(document), namesOf(encoders)]);
      return found
        .filter(({ range }) => range.end.line < document.lineCount)
        .map((segment) => new vscode.CodeLens(nameRange(document, segment), commandOf(document, segment, nameOf)));
    },
  };
  const hoverProvider: vscode.HoverProvider = {
    provideHover: async (document, position, token) => {
      if (!isShown(document)) return undefined;
      // Only where the lens stands: elsewhere a hover belongs to the language.
      const segment = (await nearestIn(document)).find(
        (one) => one.range.end.line < document.lineCount && nameRange(document, one).start.line === position.line,
      );
      if (segment === undefined || token.isCancellationRequested) return undefined;
      try {
        const { outcomes } = await index.ask(
          neighbours,
          {
            query: { kind: "place", path: document.uri.fsPath, position: segment.range.start },
            encoders: await chosen(),
            k: HOVER_K,
          },
          { token },
        );
        return new vscode.Hover(hoverText(outcomes, await namesOf(encoders)), document.lineAt(position.line).range);
      } catch (error) {
        if (errorData(error).code === "cancelled") return undefined;
        throw error;
      }
    },
  };

  const selector: vscode.DocumentSelector = { scheme: "file" };
  return vscode.Disposable.from(
    changed,
    vscode.languages.registerCodeLensProvider(selector, lensProvider),
    vscode.languages.registerHoverProvider(selector, hoverProvider),
    index.onDidSettle(forget),
    encoders.onDidChange(forget),
    vscode.workspace.onDidChangeConfiguration((event) => {
      if (event.affectsConfiguration(settingId(SETTINGS.lens))) {
        answers.clear();
        changed.fire();
      }
    }),
    vscode.commands.registerCommand(COMMANDS.toggleLens, async () => {
      const on = settings().get<boolean>(SETTINGS.lens, false);
      await settings().update(SETTINGS.lens, !on, vscode.ConfigurationTarget.Global);
    }),
  );
}

const nameRange = (document: vscode.TextDocument, segment: NearestOfSegment): vscode.Range =>
  document.lineAt(nameLine(segment, (line) => document.lineAt(line).text)).range;

type NameOf = (id: string) => string;

/** Names of the encoders and variants that are listed; an id for any other, such as BM25. */
async function namesOf(encoders: Encoders): Promise<NameOf> {
  const names = new Map((await encoders.list().catch(() => [])).map(({ id, name }) => [id, name]));
  return (id) => names.get(id) ?? id;
}

function commandOf(
  document: vscode.TextDocument,
  { range, nearest, namedBy, asked }: NearestOfSegment,
  nameOf: NameOf,
): vscode.Command {
  return {
    command: COMMANDS.neighboursAt,
    title: `${String(namedBy.length)} of ${String(asked)} encoders see \`${nearest.label}\` as nearest`,
    tooltip: `${nearest.path}:${String(nearest.range.start.line + 1)}\n${namedBy.map(nameOf).join("\n")}`,
    arguments: [document.uri.fsPath, range.start],
  };
}

/** Names and labels come from files: they are text here, never Markdown, and no link in it is trusted. */
function hoverText(outcomes: readonly NeighboursOutcome[], nameOf: NameOf): vscode.MarkdownString {
  const text = new vscode.MarkdownString("**Nearest neighbours in this workspace**\n\n");
  for (const outcome of outcomes) {
    text.appendMarkdown("- ").appendText(`${nameOf(outcome.id)}: `);
    if (!outcome.ok) text.appendText(outcome.error.message);
    else if (outcome.hits.length === 0) text.appendText("nothing");
    else
      text.appendText(outcome.hits.map(({ score, places: [place] }) => `${place?.label ?? ""} (${score.toFixed(2)})`).join(", "));
    text.appendMarkdown("\n");
  }
  return text;
}

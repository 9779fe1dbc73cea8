import { normalize } from "node:path";

import * as vscode from "vscode";

import { compare, type EncoderChoice, type SourceDocument } from "../../protocol/engine.ts";
import { EmbedError, errorData } from "../../protocol/errors.ts";
import { neighbours, type Query } from "../../protocol/workspace.ts";
import { readSource } from "../compare/sources.ts";
import { SETTINGS, TOOLS } from "../contributions.ts";
import type { Encoders } from "../encoders/encoders.ts";
import { localFolders } from "../index/indexSettings.ts";
import type { WorkspaceIndex } from "../index/workspaceIndex.ts";
import type { Engine } from "../status/engine.ts";
import { parseCompareInput, parseNeighboursInput } from "./toolInput.ts";
import { compareText, neighboursText } from "./toolText.ts";

/** Neighbours that are given when a model does not say how many. */
const DEFAULT_K = 10;

/** Neighbours and comparisons for language models of the editor. Where the editor has no such tools, there are none. */
export function registerTools(engine: Engine, encoders: Encoders, index: WorkspaceIndex): vscode.Disposable {
  const choices = async (wanted: readonly string[] | undefined): Promise<readonly EncoderChoice[]> => {
    const known = (await encoders.including(wanted ?? [])).map(({ id }) => id);
    for (const id of wanted ?? [])
      if (!known.includes(id)) {
        const there = (await encoders.list()).map((encoder) => encoder.id).join(", ");
        throw new Error(
          `There is no encoder "${id}". There are: ${there}. An id may carry settings, such as +layer=3 or +pooling=cls, in the order of these.`,
        );
      }
    return (wanted ?? (await encoders.chosen())).map((id) => ({ id }));
  };

  const neighboursTool: vscode.LanguageModelTool<object> = {
    prepareInvocation: ({ input }) => {
      const given = parseNeighboursInput(input);
      const what = "text" in given ? "the text given" : `${given.path}:${String(given.line)}`;
      return {
        invocationMessage: `Searching the workspace index for neighbours of ${what}`,
        confirmationMessages: {
          title: "Find nearest neighbours",
          message: `Search this workspace's index for neighbours of ${what}? Parts of the files found are given to the model.`,
        },
      };
    },
    invoke: answer(async (input, token) => {
      const { k = DEFAULT_K, encoders: wanted, ...given } = parseNeighboursInput(input);
      if (index.phase === "none")
        throw new Error("This workspace is not indexed. Ask the user to run the command Compare Embeddings: Index Workspace.");
      const query: Query =
        "text" in given
          ? { kind: "words", text: given.text }
          : { kind: "place", path: fileOf(given.path).fsPath, position: { line: given.line - 1, character: 0 } };
      return neighboursText(await index.ask(neighbours, { query, encoders: await choices(wanted), k }, { token }));
    }),
  };

  const compareTool: vscode.LanguageModelTool<object> = {
    prepareInvocation: ({ input }) => {
      const given = parseCompareInput(input);
      const what = "texts" in given ? `${String(given.texts.length)} texts` : given.paths.join(", ");
      return {
        invocationMessage: `Comparing embeddings of ${what}`,
        confirmationMessages: {
          title: "Compare embeddings",
          message: `Compare ${what} with the chosen encoders on this machine? Names of segments and similarities are given to the model.`,
        },
      };
    },
    invoke: answer(async (input, token) => {
      const given = parseCompareInput(input);
      const documents =
        "texts" in given ? given.texts.map(asDocument) : await Promise.all(given.paths.map((path) => documentOf(path)));
      const k = vscode.workspace.getConfiguration(SETTINGS.section).get<number>(SETTINGS.neighbours, DEFAULT_K);
      const result = await engine.client.request(
        compare,
        { documents, split: "texts" in given ? "file" : "auto", encoders: await choices(given.encoders), k },
        { token },
      );
      return compareText(result, (document) => documents[document]?.path ?? "");
    }),
  };

  // Typed as always there, but an older editor or another product may lack it.
  const lm = vscode.lm as typeof vscode.lm | undefined;
  if (typeof lm?.registerTool !== "function") return new vscode.Disposable(() => undefined);
  return vscode.Disposable.from(lm.registerTool(TOOLS.neighbours, neighboursTool), lm.registerTool(TOOLS.compare, compareTool));
}

/** Text or an error in words: a model reads what an Error says, and what to do. */
function answer(
  make: (input: unknown, token: vscode.CancellationToken) => Promise<string>,
): vscode.LanguageModelTool<object>["invoke"] {
  return async ({ input }, token) => {
    try {
      return new vscode.LanguageModelToolResult([new vscode.LanguageModelTextPart(await make(input, token))]);
    } catch (thrown) {
      if (!(thrown instanceof EmbedError)) throw thrown;
      const { message, hint } = errorData(thrown);
      throw new Error([message, hint].filter((part) => part !== undefined).join(" "), { cause: thrown });
    }
  };
}

/** A file of the workspace; a model gets at no other. */
function fileOf(path: string): vscode.Uri {
  for (const folder of localFolders()) {
    const { name } = folder;
    const inside = path.startsWith(`${name}/`) && localFolders().length > 1 ? path.slice(name.length + 1) : path;
    const uri = /^([a-z]:)?[/\\]/i.test(inside) ? vscode.Uri.file(normalize(inside)) : vscode.Uri.joinPath(folder.uri, inside);
    if (vscode.workspace.getWorkspaceFolder(uri)?.uri.toString() === folder.uri.toString()) return uri;
  }
  throw new Error(`${path} is not in this workspace. Give a path relative to the workspace folder.`);
}

const documentOf = (path: string): Promise<SourceDocument> => {
  const uri = fileOf(path);
  return readSource({ uri: uri.toString(), path: vscode.workspace.asRelativePath(uri) });
};

const asDocument = (text: string, at: number): SourceDocument => ({
  uri: `untitled:text-${String(at + 1)}`,
  path: `text ${String(at + 1)}`,
  languageId: "plaintext",
  version: 0,
  text,
});

import * as vscode from "vscode";

import type { Disposable } from "../../core/base/disposable.ts";
import { notAllowed } from "../../protocol/errors.ts";
import { shareIndex, type SharedIndex as SharedPlace } from "../../protocol/workspace.ts";
import { workspaceConsent } from "../consent/workspaceConsent.ts";
import { COMMANDS, SETTINGS } from "../contributions.ts";
import type { Encoders } from "../encoders/encoders.ts";
import { complain } from "../status/complain.ts";
import type { Engine } from "../status/engine.ts";
import { underNotification } from "../status/underNotification.ts";
import { settingId } from "./indexSettings.ts";
import { isLoopback, serverName } from "./serverAddress.ts";
import { megabytes, plural } from "./words.ts";
import type { WorkspaceIndex } from "./workspaceIndex.ts";

/** An index that many share: used only for workspaces whose user agreed, once per workspace and address. */
export interface SharedIndex extends Disposable {
  /** Whether the user agreed to send this workspace's texts and queries to the server that is set. */
  readonly allowed: boolean;
  /** The server to search. Rejects when none is set or the user has not agreed. */
  server(): Promise<SharedPlace>;
}

const TOKEN = "shared.token";
const CONSENT = "shared.consent";

export function registerSharedIndex(
  context: vscode.ExtensionContext,
  engine: Engine,
  encoders: Encoders,
  index: WorkspaceIndex,
): SharedIndex {
  const settings = () => vscode.workspace.getConfiguration(SETTINGS.section);
  const address = (): string => settings().get<string>(SETTINGS.sharedAddress, "").trim();
  const consent = workspaceConsent(context, CONSENT);
  const allowed = (): boolean => address() !== "" && consent.given.includes(address());

  const server = async (): Promise<SharedPlace> => {
    const name = serverName(address());
    const token = await context.secrets.get(TOKEN);
    // Texts leave this machine by TLS or not at all, whatever the setting says.
    const secure = settings().get<boolean>(SETTINGS.sharedSecure, true) || !isLoopback(name);
    const repository = vscode.workspace.name ?? "workspace";
    return { address: name, secure, repository, ...(token === undefined || token === "" ? {} : { token }) };
  };

  const share = async (): Promise<void> => {
    const to = address();
    if (to === "") {
      const answer = await vscode.window.showInformationMessage(
        "No server is set for a shared index. Set its address (host:port) first.",
        "Open Settings",
      );
      if (answer !== undefined)
        await vscode.commands.executeCommand("workbench.action.openSettings", settingId(SETTINGS.sharedAddress));
      return;
    }
    const where = await server();
    const { status } = index;
    if (status === undefined || status.files === 0) {
      const answer = await vscode.window.showInformationMessage(
        "There is nothing to share yet: this workspace is not indexed.",
        "Index Workspace",
      );
      if (answer !== undefined) await vscode.commands.executeCommand(COMMANDS.indexWorkspace);
      return;
    }
    const chosen = await encoders.chosen();
    const names = (await encoders.list()).filter(({ id }) => chosen.includes(id)).map(({ name }) => name);
    const bytes = status.encoders.reduce((sum, encoder) => sum + encoder.bytes, 0);
    const answer = await vscode.window.showWarningMessage(
      `Send this workspace's index to ${where.address}?`,
      {
        modal: true,
        detail: [
          `Sent: ${plural(status.texts, "text")} of ${plural(status.files, "file")} with their places, and the vectors of ${names.join(", ")}; about ${megabytes(bytes)} of vectors and the texts themselves.`,
          `To: ${where.address}, ${where.secure ? "by TLS" : "not encrypted, on this machine"}${where.token === undefined ? ", without a token" : ""}.`,
          "Searches of the shared index send the query there too. Whoever may read that server can read these texts. You are asked once for this workspace and this server; Withdraw Consent to the Shared Index takes it back.",
        ].join("\n\n"),
      },
      "Send",
    );
    if (answer === undefined) return;
    await consent.give(to);
    await send(where, chosen);
  };

  const send = async (where: SharedPlace, chosen: readonly string[]): Promise<void> => {
    const params = { to: where, encoders: chosen.map((id) => ({ id })) };
    const { sent, already } = await underNotification(
      engine,
      { title: `Sharing the index with ${where.address}`, name: "sharing the index" },
      (report, token) =>
        index.ask(shareIndex, params, {
          token,
          onProgress: (note) => {
            if (note.kind !== "encoder" && note.kind !== "steps") return;
            const share = note.total === 0 ? 0 : note.done / note.total;
            report(`${note.kind === "encoder" ? `${note.id}: ` : ""}${String(Math.floor(100 * share))} %`, share);
          },
        }),
    );
    const sum = (counts: Readonly<Record<string, number>>): number => Object.values(counts).reduce((a, b) => a + b, 0);
    void vscode.window.showInformationMessage(
      `Shared: ${plural(sum(sent), "vector")} sent, ${plural(sum(already), "vector")} were there already.`,
    );
  };

  const subscriptions = [
    vscode.commands.registerCommand(COMMANDS.shareIndex, () => share().catch(complain)),
    vscode.commands.registerCommand(COMMANDS.setSharedToken, async () => {
      const token = await vscode.window.showInputBox({
        title: "Token of the shared index",
        prompt: "Kept in the editor's secret storage; empty removes it.",
        password: true,
        ignoreFocusOut: true,
      });
      if (token === "") await context.secrets.delete(TOKEN);
      else if (token !== undefined) await context.secrets.store(TOKEN, token);
    }),
    vscode.commands.registerCommand(COMMANDS.withdrawShared, async () => {
      await consent.withdraw();
      void vscode.window.showInformationMessage(
        "Nothing more of this workspace is sent to a shared index. What was sent before is still there.",
      );
    }),
  ];
  return {
    get allowed() {
      return allowed();
    },
    async server() {
      if (!allowed()) throw notAllowed(address());
      return server();
    },
    dispose: () => {
      for (const subscription of subscriptions) subscription.dispose();
    },
  };
}

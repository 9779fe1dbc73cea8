import * as vscode from "vscode";

import { parseVariant } from "../../core/encoders/variant.ts";
import { measureSending } from "../../protocol/remote.ts";
import type { Adding } from "../addEncoder/adding.ts";
import { userEncoders } from "../addEncoder/userEncoders.ts";
import { COMMANDS } from "../contributions.ts";
import type { Encoders } from "../encoders/encoders.ts";
import { plural } from "../index/words.ts";
import type { WorkspaceIndex } from "../index/workspaceIndex.ts";
import { complain } from "../status/complain.ts";
import type { Engine } from "../status/engine.ts";
import { addRemote } from "./addRemote.ts";
import { consentsOf } from "./consents.ts";
import type { RemoteConsent, SendingSize } from "./remoteConsent.ts";

/** Encoders that run on a server: adding them, and agreeing to what is sent there or no longer. */
export function registerRemoteEncoders(
  context: vscode.ExtensionContext,
  engine: Engine,
  encoders: Encoders,
  index: WorkspaceIndex,
  consent: RemoteConsent,
): vscode.Disposable {
  const adding: Adding = { engine, encoders, folder: userEncoders() };
  const consents = consentsOf(context);
  /** Origins whose consent the index asked for in this window. */
  const proposed = new Set<string>();

  /** What the index would send for these encoders; of unknown size where there is no index. */
  const sizes = async (ids: readonly string[]): Promise<readonly SendingSize[]> => {
    const remote = (await encoders.list()).filter(({ id, remote: at }) => at !== undefined && ids.includes(id));
    const unknown = Map.groupBy(remote, (encoder) => encoder.remote!.origin);
    const measured =
      index.phase === "none" || index.phase === "unavailable"
        ? []
        : await index.ask(measureSending, { encoders: ids.map((id) => ({ id })), what: { kind: "index" } });
    return [...unknown].map(
      ([origin, those]) =>
        measured.find((sending) => sending.origin === origin) ?? {
          origin,
          models: those.map((encoder) => encoder.remote!.model),
        },
    );
  };
  /** Goes on with what waited for the consent. */
  const goOn = async (): Promise<void> => {
    if (index.phase === "idle" || index.phase === "busy") await index.start();
  };

  const allow = async (): Promise<void> => {
    const remote = (await encoders.list()).flatMap(({ id, remote: at }) => (at === undefined ? [] : [{ id, origin: at.origin }]));
    const open = remote.filter(({ origin }) => !consent.isAllowed(origin));
    if (open.length === 0) {
      const words = remote.length === 0 ? "There is no remote encoder." : "All remote encoders are allowed in this workspace.";
      void vscode.window.showInformationMessage(words);
      return;
    }
    let any = false;
    for (const size of await sizes(open.map(({ id }) => id))) any = (await consent.askFor(size)) || any;
    if (any) await goOn();
  };

  /** The index has taken in all it may: what it may not is offered once, since nobody looks at an index that fills by itself. */
  const propose = async (): Promise<void> => {
    const waiting = (index.status?.encoders ?? []).filter(({ error }) => error?.code === "remoteNotAllowed");
    const ids = [...new Set(waiting.map(({ id }) => parseVariant(id).base))];
    if (ids.length === 0) return;
    for (const size of await sizes(ids)) {
      if (proposed.has(size.origin)) continue;
      proposed.add(size.origin);
      const count = size.texts === undefined ? "Texts" : plural(size.texts, "text");
      const review = "Review…";
      const answer = await vscode.window.showInformationMessage(
        `${count} of the index wait for your consent to be sent to ${size.origin}.`,
        review,
      );
      if (answer === review && (await consent.askFor(size))) await goOn();
    }
  };

  return vscode.Disposable.from(
    index.onDidSettle(() => {
      propose().catch(complain);
    }),
    vscode.commands.registerCommand(COMMANDS.addRemote, () => addRemote(adding, consents).catch(complain)),
    vscode.commands.registerCommand(COMMANDS.allowRemote, () => allow().catch(complain)),
    vscode.commands.registerCommand(COMMANDS.withdrawRemote, async () => {
      await consent.withdraw();
      void vscode.window.showInformationMessage(
        "Nothing more of this workspace is sent to remote encoders. What they gave before stays in the index.",
      );
    }),
  );
}

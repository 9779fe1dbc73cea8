import * as vscode from "vscode";

import { parseVariant } from "../../core/encoders/variant.ts";
import type { EncoderChoice } from "../../protocol/engine.ts";
import { allowRemote, measureSending, type Sendable, type Sending } from "../../protocol/remote.ts";
import type { Encoders } from "../encoders/encoders.ts";
import { plural } from "../index/words.ts";
import type { Engine } from "../status/engine.ts";
import { consentsOf } from "./consents.ts";

/** Asks people before anything of theirs is sent to the server of an encoder: once for each workspace and server. */
export interface RemoteConsent {
  /**
   * To be called with what a person wants embedded. Asks for each server that the encoders run on and that nobody agreed to,
   * with the size of what would go there. Who says no is not asked again in this window by this way.
   */
  ask(encoders: readonly EncoderChoice[], what: Sendable): Promise<void>;
  /** Asks for one server, whatever was said before; true for yes. */
  askFor(sending: SendingSize): Promise<boolean>;
  isAllowed(origin: string): boolean;
  withdraw(): Promise<void>;
}

/** `texts` is undefined where nobody knows yet how much it will be. */
export type SendingSize = Pick<Sending, "origin" | "models"> & Partial<Pick<Sending, "texts" | "characters">>;

export function createRemoteConsent(context: vscode.ExtensionContext, engine: Engine, encoders: Encoders): RemoteConsent {
  const consents = consentsOf(context);
  const declined = new Set<string>();
  const tellEngine = async (): Promise<void> => {
    await engine.client.request(allowRemote, await consents.access());
  };

  const askFor = async (sending: SendingSize): Promise<boolean> => {
    const { origin } = sending;
    const withKey = (await consents.keyOf(origin)) !== undefined;
    const answer = await vscode.window.showWarningMessage(
      `Send texts of this workspace to ${origin}?`,
      { modal: true, detail: detailOf(sending, withKey) },
      "Send",
    );
    if (answer === undefined) {
      declined.add(origin);
      return false;
    }
    declined.delete(origin);
    await consents.workspace.give(origin);
    await tellEngine();
    return true;
  };

  context.subscriptions.push(
    vscode.workspace.onDidGrantWorkspaceTrust(() => {
      if (consents.workspace.given.length > 0) tellEngine().catch(() => undefined);
    }),
  );
  return {
    askFor,
    isAllowed: (origin) => consents.workspace.given.includes(origin),
    async ask(choices, what) {
      if (!vscode.workspace.isTrusted) return;
      const remote = new Map(
        (await encoders.list()).flatMap(({ id, remote: at }) => (at === undefined ? [] : [[id, at.origin]])),
      );
      const open = choices.filter(({ id }) => {
        const origin = remote.get(parseVariant(id).base);
        return origin !== undefined && !consents.workspace.given.includes(origin) && !declined.has(origin);
      });
      if (open.length === 0) return;
      for (const sending of await engine.client.request(measureSending, { encoders: open, what })) await askFor(sending);
    },
    async withdraw() {
      await consents.workspace.withdraw();
      await tellEngine();
    },
  };
}

function detailOf({ origin, models, texts, characters }: SendingSize, withKey: boolean): string {
  const size =
    texts === undefined
      ? "nothing; how much it will be is known once the workspace is indexed"
      : `${plural(texts, "text")}, ${plural(characters ?? 0, "character")}`;
  return [
    `Sent now: ${size}. To be embedded by ${models.join(", ")}.`,
    `To: ${origin}, ${origin.startsWith("https:") ? "by TLS" : "not encrypted, on this machine"}, ${withKey ? "with the key that you gave for it" : "without a key"}.`,
    "From then on comparisons, searches and the index of this workspace send texts and queries there while such an encoder is ticked. Whoever runs that server can read them, and may charge for it. You are asked once for this workspace and this server; Withdraw Consent to Remote Encoders takes it back.",
  ].join("\n\n");
}

import * as vscode from "vscode";

import type { AllowRemoteParams } from "../../protocol/remote.ts";
import { hubOfWindow } from "../addEncoder/hubSettings.ts";
import { workspaceConsent, type WorkspaceConsent } from "../consent/workspaceConsent.ts";

/** Servers that the user agreed to, for this workspace, and the keys of servers, for all. */
export interface Consents {
  /** By scheme://host:port of the server. */
  readonly workspace: WorkspaceConsent;
  keyOf(origin: string): Thenable<string | undefined>;
  /** Empty removes it. */
  setKey(origin: string, key: string): Promise<void>;
  /** What an engine of this window is told. */
  access(): Promise<AllowRemoteParams>;
}

const CONSENT = "remote.consent";

export function consentsOf(context: vscode.ExtensionContext): Consents {
  const workspace = workspaceConsent(context, CONSENT);
  const keyOf = (origin: string): Thenable<string | undefined> => context.secrets.get(secretOf(origin));
  return {
    workspace,
    keyOf,
    async setKey(origin, key) {
      if (key === "") await context.secrets.delete(secretOf(origin));
      else await context.secrets.store(secretOf(origin), key);
    },
    async access() {
      // The same ways out hold for every server.
      const { proxy, certificates } = await hubOfWindow(context.secrets);
      // Nobody vouches for what a workspace that is not trusted would send.
      const agreed = vscode.workspace.isTrusted ? workspace.given : [];
      const allowed = await Promise.all(
        agreed.map(async (origin) => {
          const key = await keyOf(origin);
          return { origin, ...(key === undefined ? {} : { key }) };
        }),
      );
      return {
        allowed,
        ...(proxy === undefined ? {} : { proxy }),
        ...(certificates === undefined ? {} : { certificates }),
      };
    },
  };
}

const secretOf = (origin: string): string => `remote.key ${origin}`;

import * as vscode from "vscode";

import type { AllowRemoteParams } from "../../protocol/remote.ts";
import { hubOfWindow } from "../addEncoder/hubSettings.ts";
import { workspaceKey } from "../index/workspaceKey.ts";

/** Servers that the user agreed to, for this workspace, and the keys of servers, for all. */
export interface Consents {
  /** scheme://host:port of each server that this workspace's texts may be sent to. */
  readonly origins: readonly string[];
  give(origin: string): Promise<void>;
  /** For this workspace; what other workspaces agreed to stays. */
  withdraw(): Promise<void>;
  keyOf(origin: string): Thenable<string | undefined>;
  /** Empty removes it. */
  setKey(origin: string, key: string): Promise<void>;
  /** What an engine of this window is told. */
  access(): Promise<AllowRemoteParams>;
}

const CONSENT = "remote.consent";

export function consentsOf(context: vscode.ExtensionContext): Consents {
  const all = (): readonly string[] => context.globalState.get<readonly string[]>(CONSENT, []);
  const here = (): string => `${workspaceKey()} `;
  const origins = (): string[] =>
    all()
      .filter((consent) => consent.startsWith(here()))
      .map((consent) => consent.slice(here().length));
  const keyOf = (origin: string): Thenable<string | undefined> => context.secrets.get(secretOf(origin));
  return {
    get origins() {
      return origins();
    },
    async give(origin) {
      await context.globalState.update(CONSENT, [...new Set([...all(), here() + origin])]);
    },
    async withdraw() {
      await context.globalState.update(
        CONSENT,
        all().filter((consent) => !consent.startsWith(here())),
      );
    },
    keyOf,
    async setKey(origin, key) {
      if (key === "") await context.secrets.delete(secretOf(origin));
      else await context.secrets.store(secretOf(origin), key);
    },
    async access() {
      // The same ways out hold for every server.
      const { proxy, certificates } = await hubOfWindow(context.secrets);
      // Nobody vouches for what a workspace that is not trusted would send.
      const agreed = vscode.workspace.isTrusted ? origins() : [];
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

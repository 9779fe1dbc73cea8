import * as vscode from "vscode";

/** Servers that the user agreed to send texts of this workspace to, of one kind. */
export interface WorkspaceConsent {
  readonly given: readonly string[];
  give(server: string): Promise<void>;
  /** For this workspace; what other workspaces agreed to stays. */
  withdraw(): Promise<void>;
}

/** `key`: under which the consents of all workspaces are kept. */
export function workspaceConsent({ globalState }: vscode.ExtensionContext, key: string): WorkspaceConsent {
  const all = (): readonly string[] => globalState.get<readonly string[]>(key, []);
  return {
    get given() {
      const here = ofThisWorkspace();
      return all().flatMap((consent) => (consent.startsWith(here) ? [consent.slice(here.length)] : []));
    },
    async give(server) {
      await globalState.update(key, [...new Set([...all(), ofThisWorkspace() + server])]);
    },
    async withdraw() {
      const here = ofThisWorkspace();
      await globalState.update(
        key,
        all().filter((consent) => !consent.startsWith(here)),
      );
    },
  };
}

/** What a consent begins with: the workspace's file, or its folders. */
const ofThisWorkspace = (): string => {
  const { workspaceFile, workspaceFolders = [] } = vscode.workspace;
  return `${workspaceFile?.toString() ?? workspaceFolders.map(({ uri }) => uri.toString()).join("|")} `;
};

import * as vscode from "vscode";

import type { Disposable } from "../../core/base/disposable.ts";
import { panelHtml, tabIcon, type Bundle } from "./html.ts";

/** What one kind of page is. */
export interface PageKind<Spec, Page> {
  /** Of its panels, as package.json and the editor know it. */
  readonly type: string;
  readonly bundle: Bundle;
  /** What a page showed before the window was reloaded; undefined closes it. */
  readonly parseSavedSpec: (state: unknown) => Spec | undefined;
  /** Gives a panel its life before its page is loaded. */
  readonly attach: (panel: vscode.WebviewPanel, spec: Spec) => Page;
}

/** The panels of one kind of page; each comes back after a reload. */
export interface Pages<Spec, Page> extends Disposable {
  /** The one of these that was used last, which it is now again. */
  reuse(isWanted: (page: Page) => boolean): readonly [panel: vscode.WebviewPanel, page: Page] | undefined;
  create(spec: Spec, title: string, where: Where): void;
}

type Where = Parameters<typeof vscode.window.createWebviewPanel>[2];

export function createPages<Spec, Page>(
  extension: vscode.Uri,
  { type, bundle, parseSavedSpec, attach }: PageKind<Spec, Page>,
): Pages<Spec, Page> {
  /** Latest last. */
  const open = new Map<vscode.WebviewPanel, Page>();
  const options = { enableScripts: true, localResourceRoots: [vscode.Uri.joinPath(extension, "dist", "webview")] };

  const enliven = (panel: vscode.WebviewPanel, spec: Spec): void => {
    panel.webview.options = options;
    panel.iconPath = tabIcon(extension);
    open.set(panel, attach(panel, spec));
    panel.onDidDispose(() => open.delete(panel));
    panel.webview.html = panelHtml(panel.webview, extension, bundle);
  };

  const serializer = vscode.window.registerWebviewPanelSerializer(type, {
    deserializeWebviewPanel: (panel, state: unknown) => {
      const spec = parseSavedSpec(state);
      if (spec === undefined) panel.dispose();
      else enliven(panel, spec);
      return Promise.resolve();
    },
  });

  return {
    reuse(isWanted) {
      const found = [...open].findLast(([, page]) => isWanted(page));
      if (found === undefined) return undefined;
      open.delete(found[0]);
      open.set(...found);
      return found;
    },
    create(spec, title, where) {
      enliven(vscode.window.createWebviewPanel(type, title, where, options), spec);
    },
    dispose() {
      serializer.dispose();
      for (const panel of open.keys()) panel.dispose();
    },
  };
}

/** Hears a page until its panel is closed, when what else is held for it goes too. What no page of ours would say is not heard. */
export function hearPage<Message>(
  panel: vscode.WebviewPanel,
  parseMessage: (data: unknown) => Message | undefined,
  receive: (message: Message) => Promise<void>,
  held: readonly Disposable[],
): void {
  const hearing = panel.webview.onDidReceiveMessage((data: unknown) => {
    const message = parseMessage(data);
    if (message !== undefined) void receive(message);
  });
  panel.onDidDispose(() => {
    for (const one of [hearing, ...held]) one.dispose();
  });
}

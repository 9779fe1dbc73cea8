import * as vscode from "vscode";

import { hubAccess } from "../../process/hubAccess.ts";
import type { HubAccess, HubProxy } from "../../protocol/hub.ts";
import { SETTINGS } from "../contributions.ts";

/** How the hub is reached from this window: environment, the editor's own proxy, our settings, and the token of its origin. */
export async function hubOfWindow(secrets: vscode.SecretStorage): Promise<HubAccess> {
  const environment = hubAccess();
  const { token: inherited, ...access } = environment;
  const set = vscode.workspace.getConfiguration(SETTINGS.section).get<string>(SETTINGS.hubEndpoint, "").trim();
  const endpoint = set === "" ? environment.endpoint : set;
  // The environment's token is meant for the environment's hub.
  const own = originOf(endpoint) === originOf(environment.endpoint) ? inherited : undefined;
  const token = (await secrets.get(secretOf(endpoint))) ?? own;
  return {
    ...access,
    endpoint,
    proxy: { ...environment.proxy, ...editorProxy() },
    ...(token === undefined ? {} : { token }),
  };
}

/** Set Hub Token: asks for the token of the hub that is set, and keeps it for that origin alone. */
export async function setHubToken(secrets: vscode.SecretStorage): Promise<void> {
  const { endpoint } = await hubOfWindow(secrets);
  const token = await vscode.window.showInputBox({
    title: `Token for ${hostOf(endpoint)}`,
    prompt:
      "It needs the right to read only. Kept in the editor's secret storage and sent to that address alone; empty removes it.",
    password: true,
    ignoreFocusOut: true,
    validateInput: (written) => (/^\S*$/.test(written.trim()) ? undefined : "A token has no spaces in it."),
  });
  if (token === undefined) return;
  if (token.trim() === "") await secrets.delete(secretOf(endpoint));
  else await secrets.store(secretOf(endpoint), token.trim());
}

/** For titles. */
export const hostOf = (endpoint: string): string => URL.parse(endpoint)?.host ?? endpoint;

const originOf = (endpoint: string): string => URL.parse(endpoint)?.origin ?? endpoint;
const secretOf = (endpoint: string): string => `hub.token ${originOf(endpoint)}`;

/** What the editor itself goes by, where somebody set it. */
function editorProxy(): HubProxy {
  const settings = vscode.workspace.getConfiguration("http");
  const proxy = settings.get<string>("proxy", "").trim();
  const exempt = settings.get<readonly string[]>("noProxy", []);
  if (settings.get<string>("proxySupport") === "off") return {};
  return {
    ...(proxy === "" ? {} : { https: proxy, http: proxy }),
    ...(exempt.length === 0 ? {} : { no: exempt.join(",") }),
  };
}

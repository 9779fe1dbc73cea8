import * as vscode from "vscode";

/** A page, by the name of its script and style. */
export type Bundle = "panel" | "neighbours" | "cards";

/** The page of a panel: a root, the script and style of `bundle` under a policy that allows nothing else. All data comes by message. */
export function panelHtml(webview: vscode.Webview, extension: vscode.Uri, bundle: Bundle): string {
  const nonce = crypto.randomUUID().replaceAll("-", "");
  const file = (name: string): string => webview.asWebviewUri(vscode.Uri.joinPath(extension, "dist", "webview", name)).toString();
  const policy = `default-src 'none'; script-src 'nonce-${nonce}'; style-src ${webview.cspSource} 'nonce-${nonce}'`;
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${policy}">
<meta property="csp-nonce" content="${nonce}">
<meta name="viewport" content="width=device-width">
<title>Compare Embeddings</title>
<link rel="stylesheet" href="${file(`${bundle}.css`)}">
</head>
<body>
<div id="root"></div>
<script nonce="${nonce}" src="${file(`${bundle}.js`)}"></script>
</body>
</html>`;
}

/** A tab's icon takes no colour from the theme, unlike one of the activity bar. */
export const tabIcon = (extension: vscode.Uri): { readonly light: vscode.Uri; readonly dark: vscode.Uri } => ({
  light: vscode.Uri.joinPath(extension, "media", "tab-light.svg"),
  dark: vscode.Uri.joinPath(extension, "media", "tab-dark.svg"),
});

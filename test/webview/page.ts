import fs from "node:fs";
import path from "node:path";

import type { Browser, Page } from "playwright-core";

import type { Bundle } from "../../src/host/panel/html.ts";

const root = path.resolve(import.meta.dirname, "../..");
const read = (file: string): string => fs.readFileSync(path.join(root, file), "utf8");

/** What VS Code's four kinds of theme give a webview, cut to what the panel uses. */
export const THEMES = {
  "vscode-dark": {
    background: "#1f1f1f",
    foreground: "#cccccc",
    dim: "#9d9d9d",
    side: "#181818",
    border: "#2b2b2b",
    link: "#4daafc",
    field: "#313131",
    button: "#0078d4",
  },
  "vscode-light": {
    background: "#ffffff",
    foreground: "#3b3b3b",
    dim: "#3b3b3b",
    side: "#f8f8f8",
    border: "#e5e5e5",
    link: "#005fb8",
    field: "#ffffff",
    button: "#005fb8",
  },
  "vscode-high-contrast": {
    background: "#000000",
    foreground: "#ffffff",
    dim: "#ffffff",
    side: "#000000",
    border: "#6fc3df",
    link: "#21a6ff",
    field: "#000000",
    button: "#000000",
  },
  "vscode-high-contrast vscode-high-contrast-light": {
    background: "#ffffff",
    foreground: "#292929",
    dim: "#292929",
    side: "#ffffff",
    border: "#0f4a85",
    link: "#0f4a85",
    field: "#ffffff",
    button: "#0f4a85",
  },
} as const;
export type Theme = keyof typeof THEMES;

/** One of the extension's pages under the product's policy, with an editor that writes down what it is told. */
export async function openPage(browser: Browser, bundle: Bundle, theme: Theme, saved?: unknown): Promise<Page> {
  const page = await browser.newPage({ viewport: { width: 1280, height: 900 } });
  const { background, foreground, dim, side, border, link, field, button } = THEMES[theme];
  await page.route("http://panel.test/**", (route) => {
    const name = new URL(route.request().url()).pathname;
    if (name === "/page.js") return route.fulfill({ contentType: "text/javascript", body: read(`dist/webview/${bundle}.js`) });
    if (name === "/page.css") return route.fulfill({ contentType: "text/css", body: read(`dist/webview/${bundle}.css`) });
    return route.fulfill({
      contentType: "text/html",
      body: `<!doctype html><html lang="en"><head><meta charset="utf-8"><title>Compare</title>
        <meta http-equiv="Content-Security-Policy" content="default-src 'none'; script-src 'nonce-n'; style-src http://panel.test 'nonce-n'">
        <meta property="csp-nonce" content="n">
        <style nonce="n">:root { --vscode-editor-background: ${background}; --vscode-foreground: ${foreground}; --vscode-descriptionForeground: ${dim};
          --vscode-sideBar-background: ${side}; --vscode-panel-border: ${border}; --vscode-textLink-foreground: ${link};
          --vscode-dropdown-background: ${field}; --vscode-dropdown-foreground: ${foreground}; --vscode-dropdown-border: ${border};
          --vscode-button-background: ${button}; --vscode-button-foreground: #ffffff; --vscode-focusBorder: ${link};
          --vscode-editorHoverWidget-background: ${side}; --vscode-list-hoverBackground: ${side}; }</style>
        <link rel="stylesheet" href="page.css"></head><body class="${theme}"><div id="root"></div>
        <script nonce="n">window.sent = []; window.saved = []; window.violations = [];
          addEventListener("securitypolicyviolation", (event) => window.violations.push(event.violatedDirective));
          window.acquireVsCodeApi = () => ({ postMessage: (message) => window.sent.push(message), setState: (state) => window.saved.push(state), getState: () => (${JSON.stringify(saved)}) });</script>
        <script nonce="n" src="page.js"></script></body></html>`,
    });
  });
  await page.goto("http://panel.test/");
  return page;
}

/** Hands a page messages as the editor would, whatever they are. */
export const postAll = (page: Page, messages: readonly unknown[]): Promise<void> =>
  page.evaluate((told) => {
    for (const message of told) window.postMessage(message);
  }, messages);

/** What the elements say, each in one line. */
export const textsOf = async (page: Page, selector: string): Promise<string[]> =>
  (await page.locator(selector).allTextContents()).map((text) => text.replace(/\s+/g, " ").trim());

/** What has the focus: a field, a row of a list, or else its id or its tag. */
export const focused = (page: Page): Promise<string> =>
  page.evaluate(() => {
    const { dataset, id, tagName } = document.activeElement as HTMLElement;
    const { field, edit, column, row = "" } = dataset;
    return field ?? edit ?? (column === undefined ? id || tagName : `${column} ${row}`);
  });

/** Until what was told last is on the screen. */
export const painted = (page: Page): Promise<unknown> =>
  page.evaluate(() => new Promise((resolve) => requestAnimationFrame(() => requestAnimationFrame(resolve))));

/** What axe finds wrong, and what the policy forbade. */
export async function faults(page: Page): Promise<string[]> {
  const script = read("node_modules/axe-core/axe.min.js");
  const found = await page.evaluate(`(() => { ${script}; return window.axe.run(document, { resultTypes: ["violations"] }); })()`);
  const { violations } = found as { violations: { id: string; nodes: { html: string }[] }[] };
  const forbidden: string[] = await page.evaluate("window.violations");
  return [...violations.map(({ id, nodes }) => `${id}: ${nodes[0]?.html ?? ""}`), ...forbidden];
}

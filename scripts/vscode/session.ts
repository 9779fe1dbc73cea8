import fs from "node:fs";
import path from "node:path";
import type { Frame, Page } from "playwright-core";

import { launchChromium } from "../chromium.ts";
import { address, startServer, type Opening, type ServerOptions, type VsCodeServer } from "./server.ts";

export interface SessionOptions extends ServerOptions, Opening {
  readonly viewport?: { readonly width: number; readonly height: number };
  /** Called before the page goes to VS Code. */
  readonly beforeOpen?: (page: Page) => Promise<void>;
}

/** A person's steps in VS Code, shown by a headless browser. */
export interface Session {
  readonly page: Page;
  readonly server: VsCodeServer;
  /** What the page wrote to its console. */
  readonly pageLog: readonly string[];
  /** Milliseconds until the workbench was there. */
  readonly startMs: number;
  key(name: string): Promise<void>;
  /** Runs a command by the title that the palette shows. */
  command(title: string): Promise<void>;
  /** Opens a file of the folder by name. */
  openFile(name: string): Promise<void>;
  /** Selects whole lines of the active editor, both counted from 1. */
  selectLines(from: number, to: number): Promise<void>;
  /** Selects the whole text of the active editor. */
  selectAll(): Promise<void>;
  /** Opens the context menu on the selection; returns its entries. */
  contextMenu(): Promise<readonly string[]>;
  /** Opens the context menu on the selection and chooses an entry. */
  chooseFromContextMenu(label: string): Promise<void>;
  /** Opens a view container by its title in the activity bar. */
  viewContainer(title: string): Promise<void>;
  /** The document inside a webview, as soon as it matches a CSS selector. */
  webview(selector?: string): Promise<Frame>;
  notifications(): Promise<readonly string[]>;
  shot(file: string): Promise<void>;
  close(): Promise<void>;
}

const DEFAULT_VIEWPORT = { width: 1280, height: 800 };
const WORKBENCH_MS = 60_000;
const WEBVIEW_MS = 30_000;
const POLL_MS = 100;
const PALETTE_TRIES = 10;
const MENU_TRIES = 5;
/** A menu ignores the mouse for its first 100 ms. */
const MENU_DEAF_MS = 200;
/** A page that takes the focus while the palette opens does so within this time. */
const SETTLE_MS = 200;

/** Starts server and browser and opens VS Code. */
export async function openVsCode(options: SessionOptions = {}): Promise<Session> {
  const started = performance.now();
  const server = await startServer(options);
  const browser = await launchChromium().catch(async (error: unknown) => {
    await server.close();
    throw error;
  });
  const close = async (): Promise<void> => {
    await browser.close();
    await server.close();
  };
  try {
    const context = await browser.newContext({
      viewport: options.viewport ?? DEFAULT_VIEWPORT,
      permissions: ["clipboard-read", "clipboard-write"],
    });
    const page = await context.newPage();
    const pageLog: string[] = [];
    page.on("console", (message) => {
      pageLog.push(`${message.type()} ${message.text()}`);
      if (process.env["VSCODE_VERBOSE"] !== undefined) console.error(`page ${message.type()}: ${message.text()}`);
    });
    await options.beforeOpen?.(page);
    await page.goto(address(server, options));
    // A suite may be over before the workbench is drawn.
    if (options.suite === undefined) await page.locator(".monaco-workbench .statusbar").waitFor({ timeout: WORKBENCH_MS });
    return { page, server, pageLog, startMs: performance.now() - started, close, ...steps(page) };
  } catch (error) {
    await close();
    throw error;
  }
}

type Steps = Omit<Session, "page" | "server" | "pageLog" | "startMs" | "close">;

function steps(page: Page): Steps {
  const quickInput = page.locator(".quick-input-widget input[type=text]").first();
  const quickPick = (text: string) => page.locator(".quick-input-list .monaco-list-row", { hasText: text }).first();
  const menu = page.locator(".monaco-menu");
  const key = (name: string): Promise<void> => page.keyboard.press(name);

  /** Opens the input at the top of the window. A webview that is still loading swallows keys: then they are pressed again. */
  async function open(name: string): Promise<void> {
    // One that is just closing is still to be seen, and takes no text.
    if (await quickInput.isVisible()) await key("Escape");
    await quickInput.waitFor({ state: "hidden", timeout: 2000 }).catch(() => undefined);
    for (let i = 0; i < PALETTE_TRIES && !(await quickInput.isVisible()); i++) {
      await key(name);
      await quickInput.waitFor({ timeout: 2000 }).catch(() => undefined);
    }
    await quickInput.waitFor();
  }

  async function contextMenu(): Promise<readonly string[]> {
    const selected = page.locator(".editor-group-container.active .editor-instance .selected-text").first();
    await selected.waitFor({ state: "attached" });
    // The editor draws selections anew now and then, and an element of the last drawing has no place.
    let box = await selected.boundingBox();
    for (let i = 0; i < MENU_TRIES && box === null; i++) {
      await page.waitForTimeout(POLL_MS);
      box = await selected.boundingBox();
    }
    if (box === null) throw new Error("the selection is not in sight");
    await page.mouse.click(box.x + Math.min(20, box.width / 2), box.y + box.height / 2, { button: "right" });
    await menu.first().waitFor();
    return (await menu.locator(".action-label").allTextContents()).filter((label) => label !== "");
  }

  return {
    key,
    contextMenu,
    async command(title) {
      const row = quickPick(title);
      // A palette that is open does not see commands that arrive later: open it again.
      for (let i = 0; i < PALETTE_TRIES; i++) {
        await open("F1");
        // A webview that has just loaded takes the focus, and the palette closes: then it is opened again.
        await quickInput.fill(`>${title}`, { timeout: 2000 }).catch(() => undefined);
        await row.waitFor({ timeout: 2000 }).catch(() => undefined);
        await page.waitForTimeout(SETTLE_MS);
        if (!(await row.isVisible())) continue;
        // On a busy machine it may close even now: a click that finds nothing has done nothing.
        const clicked = await row.click({ timeout: 5000 }).then(
          () => true,
          () => false,
        );
        if (clicked) return;
      }
      throw new Error(`the palette does not offer ${title}`);
    },
    async openFile(name) {
      await open("Control+P");
      await quickInput.fill(name);
      await quickPick(path.basename(name)).click();
      await page.locator(".tab.active", { hasText: path.basename(name) }).waitFor();
      await page.locator(".editor-instance .view-line").first().waitFor();
    },
    async selectLines(from, to) {
      await open("Control+G");
      await quickInput.fill(`:${from}`);
      await key("Enter");
      for (let line = from; line < to; line++) await key("Shift+ArrowDown");
      await key("Shift+End");
    },
    async selectAll() {
      const group = page.locator(".editor-group-container.active .editor-instance");
      const selected = group.locator(".selected-text").first();
      // A key that comes before the editor has the focus goes elsewhere.
      for (let i = 0; i < MENU_TRIES && !(await selected.isVisible()); i++) {
        await group.locator(".view-line").first().click();
        await key("Control+A");
        await selected.waitFor({ timeout: 2000 }).catch(() => undefined);
      }
    },
    async chooseFromContextMenu(label) {
      await contextMenu();
      const entry = menu.locator(".action-item", { hasText: label }).first();
      for (let i = 0; i < MENU_TRIES && (await entry.isVisible()); i++) {
        await page.waitForTimeout(MENU_DEAF_MS);
        await entry.click({ timeout: 2000 }).catch(() => undefined);
        await entry.waitFor({ state: "hidden", timeout: 1000 }).catch(() => undefined);
      }
      await entry.waitFor({ state: "hidden", timeout: 1000 });
    },
    async viewContainer(title) {
      await page.locator(`.activitybar a.action-label[aria-label^="${title}"]`).first().click();
      await page.locator(".part.sidebar .composite.title", { hasText: new RegExp(title, "i") }).waitFor();
    },
    async webview(selector = "body *") {
      for (const end = Date.now() + WEBVIEW_MS; Date.now() < end;) {
        for (const frame of page.frames()) {
          if (frame === page.mainFrame()) continue;
          // A frame may go away while it is asked.
          if (
            (await frame
              .locator(selector)
              .count()
              .catch(() => 0)) > 0
          )
            return frame;
        }
        await page.waitForTimeout(POLL_MS);
      }
      throw new Error(`no webview shows ${selector} after ${WEBVIEW_MS} ms`);
    },
    notifications: () => page.locator(".notification-toast .notification-list-item-message").allTextContents(),
    async shot(file) {
      fs.mkdirSync(path.dirname(path.resolve(file)), { recursive: true });
      await page.screenshot({ path: file });
    },
  };
}

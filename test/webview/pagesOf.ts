/** Tests open pages by this, of one kind: it starts a browser before the first test of a file and ends it after the last. */
import assert from "node:assert/strict";
import { after, before } from "node:test";

import type { Browser, Page } from "playwright-core";

import { launchChromium } from "../../scripts/chromium.ts";
import type { Bundle } from "../../src/host/panel/html.ts";
import { openPage, painted, postAll, type Theme } from "./page.ts";

export interface Opening {
  readonly theme?: Theme;
  /** What the page of before a reload had saved. */
  readonly saved?: unknown;
  /** In pixels. */
  readonly width?: number;
}

export interface PagesOf<To, From extends { readonly type: string }> {
  /** A page that was told these and has painted them. */
  readonly open: (messages: readonly To[], opening?: Opening) => Promise<Page>;
  readonly tell: (page: Page, messages: readonly To[]) => Promise<void>;
  /** What the page told the editor last. */
  readonly last: (page: Page) => Promise<From | undefined>;
  /** The same, which must be of this type. */
  readonly lastOf: <T extends From["type"]>(page: Page, type: T) => Promise<Extract<From, { readonly type: T }>>;
}

/** `post` is for messages that need another way into the page. */
export function pagesOf<To, From extends { readonly type: string }>(
  bundle: Bundle,
  post: (page: Page, messages: readonly To[]) => Promise<void> = postAll,
): PagesOf<To, From> {
  let browser: Browser;
  before(async () => {
    browser = await launchChromium();
  });
  after(async () => {
    await browser.close();
  });

  const tell = async (page: Page, messages: readonly To[]): Promise<void> => {
    await post(page, messages);
    await painted(page);
  };
  const last = async (page: Page): Promise<From | undefined> => (await page.evaluate<From[]>("window.sent")).at(-1);
  return {
    tell,
    last,
    async open(messages, { theme = "vscode-dark", saved, width } = {}) {
      const page = await openPage(browser, bundle, theme, saved);
      if (width !== undefined) await page.setViewportSize({ width, height: 900 });
      await tell(page, messages);
      return page;
    },
    async lastOf(page, type) {
      const message = await last(page);
      assert.equal(message?.type, type);
      return message as Extract<From, { readonly type: typeof type }>;
    },
  };
}

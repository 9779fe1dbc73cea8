import { html, nothing, type TemplateResult } from "lit-html";

import type { Position } from "../../../src/core/text/segment.ts";
import { excerpt } from "../excerpt.ts";
import { count } from "../words.ts";

export interface TextParts {
  readonly content: string;
  /** Where the content begins in its file. */
  readonly start: Position;
  /** The line to show and mark, from 0 within the content; -1 for none. */
  readonly best: number;
  /** The line to show if none is marked; the first ones unless told. */
  readonly around?: number;
  readonly whole: boolean;
  readonly onWhole: () => void;
  readonly onOpen?: () => void;
  /** Lines that the other text of a pair has not. */
  readonly apart?: readonly boolean[];
  readonly shown?: number;
}

/** Some lines of a text or all of them, numbered as in its file. */
export function text({ content, start, best, around = best, whole, onWhole, onOpen, apart, shown }: TextParts): TemplateResult {
  const { from, lines, of } = excerpt(content, {
    column: start.character,
    around,
    whole,
    ...(shown === undefined ? {} : { shown }),
  });
  const cut = lines.length < of;
  const line = (words: string, index: number): TemplateResult => {
    const at = from + index;
    const kind = at === best ? "line best" : apart?.[at] === true ? "line apart" : "line";
    return html`<div class=${kind}>
      <span class="no" aria-hidden="true">${start.line + at + 1}</span
      ><span class="src" dir="auto">${words === "" ? " " : words}</span>
    </div>`;
  };
  return html`<div
      class="text ${whole ? "whole" : ""}"
      @click=${() => {
        // Who selects some of the text does not want to leave it.
        if (onOpen !== undefined && getSelection()?.isCollapsed !== false) onOpen();
      }}
    >
      ${lines.map(line)}
    </div>
    ${
      cut || whole
        ? html`<button class="more" tabindex="-1" @click=${onWhole}>${cut ? `all ${count(of, "line")}` : "fewer lines"}</button>`
        : nothing
    }`;
}

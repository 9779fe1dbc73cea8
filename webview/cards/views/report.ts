import { html, nothing, type TemplateResult } from "lit-html";

import type { CardReport } from "../../../src/protocol/cardsPanel.ts";
import { busy, button } from "../../ui.ts";
import type { Acts } from "./acts.ts";

type Line = CardReport["lines"][number];

/** What another feature found out about the encoder. What failed stands first and says what to do. */
export function report({ id, title, verdict, summary, lines, action }: CardReport, { send }: Acts): TemplateResult {
  const failed = lines.filter(({ outcome }) => outcome === "fail");
  const others = lines.filter(({ outcome }) => outcome !== "fail");
  return html`<section class="report ${verdict}">
    <h2>${title}</h2>
    <p class="verdict" role="status">
      ${verdict === "running" ? busy() : html`<span class="sign" aria-hidden="true">${SIGNS[verdict]}</span>`}
      <span>${summary}</span>
    </p>
    ${
      failed.length === 0
        ? nothing
        : html`<ul>
            ${failed.map(lineOf)}
          </ul>`
    }
    ${
      others.length === 0
        ? nothing
        : html`<details ?open=${verdict === "none"}>
            <summary>${countsOf(others)}</summary>
            <ul>
              ${others.map(lineOf)}
            </ul>
          </details>`
    }
    ${
      action === undefined || verdict === "running"
        ? nothing
        : button(action, () => {
            send({ type: "runReport", report: id });
          })
    }
  </section>`;
}

const SIGNS = { passed: "✓", failed: "✗", none: "–" } as const;
const OUTCOMES: Readonly<Record<Line["outcome"], readonly [sign: string, words: string]>> = {
  pass: ["✓", " passed"],
  fail: ["✗", " failed"],
  notApplicable: ["–", " does not apply"],
  none: ["·", ""],
};

/** `12 passed, 3 do not apply`: the verdict above counts only what was checked. */
function countsOf(lines: readonly Line[]): string {
  const count = (wanted: Line["outcome"]): number => lines.filter(({ outcome }) => outcome === wanted).length;
  const apart = count("notApplicable");
  const parts: readonly (readonly [number, string])[] = [
    [count("pass"), "passed"],
    [apart, apart === 1 ? "does not apply" : "do not apply"],
    [count("none"), "in numbers"],
  ];
  return parts.flatMap(([number, words]) => (number === 0 ? [] : [`${number} ${words}`])).join(", ");
}

function lineOf({ title, outcome, said, todo }: Line): TemplateResult {
  const [sign, words] = OUTCOMES[outcome];
  return html`<li class=${outcome}>
    <span class="sign" aria-hidden="true">${sign}</span>
    <span
      ><b>${title}</b
      ><span class="visually-hidden">${words}:</span> ${said}${todo === undefined ? nothing : html`<br />${todo}`}</span
    >
  </li>`;
}

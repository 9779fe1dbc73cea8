import { html, type TemplateResult } from "lit-html";

import { BM25 } from "../../../src/protocol/neighboursPanel.ts";
import { dotOf } from "../../views/encoderMarks.ts";
import type { State } from "../state.ts";

/** The class of a list's colour: an encoder's own, or BM25's. */
export const markOf = (state: State, id: string): string => (id === BM25 ? "lexical" : dotOf(state, id));

/** A list as a dot; BM25, which is no encoder, as a square. */
export const dot = (state: State, id: string): TemplateResult => html`<i class=${markOf(state, id)}></i>`;

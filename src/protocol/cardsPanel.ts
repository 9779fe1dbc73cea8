/** What the extension host and the page of cards say to each other. Each side checks what it receives by a schema. */
import type { Precision } from "../core/encoders/card.ts";
import type { CardField } from "../core/encoders/editedCard.ts";
import type { EncoderDetails, EncoderFile } from "./cards.ts";
import type { EmbedErrorData } from "./errors.ts";
import type { PanelEncoder } from "./panel.ts";

/** What a page shows: one card whole, or several side by side. */
export interface CardsSpec {
  readonly kind: "card" | "comparison";
  /** Of encoders and variants; one for a card. */
  readonly encoders: readonly string[];
}

/** An encoder as its card is shown. */
export interface CardEncoder extends PanelEncoder {
  readonly bundled: boolean;
  readonly precisions: readonly { readonly precision: Precision; readonly bytes: number }[];
}

/** What is known beyond the card of the one encoder that is shown whole; of a variant, what is known of its base. */
export interface CardDetails extends Omit<EncoderDetails, "encoder"> {
  /** Of the encoder, never of a variant. */
  readonly id: string;
}

/** What another feature found out about an encoder, as it is shown under its card. */
export interface CardReport {
  readonly id: string;
  readonly title: string;
  readonly verdict: "passed" | "failed" | "running" | "none";
  /** One sentence. */
  readonly summary: string;
  readonly lines: readonly {
    readonly title: string;
    /** `none` is neither good nor bad: a number to compare with others. */
    readonly outcome: "pass" | "fail" | "notApplicable" | "none";
    readonly said: string;
    /** What to do about it. */
    readonly todo?: string;
  }[];
  /** What makes the report anew, for a button; absent where nothing does. */
  readonly action?: string;
}

export type ToCards =
  /** All there is to show, each time whole: cards are small. `encoders` are all that could be chosen. */
  | {
      readonly type: "show";
      readonly spec: CardsSpec;
      readonly encoders: readonly CardEncoder[];
      readonly details: CardDetails | null;
      readonly reports: readonly CardReport[];
    }
  | { readonly type: "saved"; readonly id: string; readonly fields: readonly CardField[] }
  | { readonly type: "notSaved"; readonly id: string; readonly fields: readonly CardField[]; readonly error: EmbedErrorData }
  | { readonly type: "failed"; readonly error: EmbedErrorData };

export type FromCards =
  /** The page is up and knows nothing yet. */
  | { readonly type: "ready" }
  /** New words of fields; null gives a field back to the publisher. */
  | { readonly type: "edit"; readonly id: string; readonly changes: Readonly<Partial<Record<CardField, string | null>>> }
  /** Other columns of the comparison. */
  | { readonly type: "choose"; readonly encoders: readonly string[] }
  | { readonly type: "compareCards"; readonly encoders: readonly string[] }
  | { readonly type: "copy"; readonly text: string; readonly format: "Markdown" | "CSV" }
  /** Shows the encoder's folder where the system shows files. */
  | { readonly type: "revealFolder" }
  | { readonly type: "runReport"; readonly report: string }
  | { readonly type: "openCard"; readonly id: string }
  | { readonly type: "chooseEncoders" }
  | { readonly type: "openLog" };

export type { CardField, EmbedErrorData, EncoderFile };

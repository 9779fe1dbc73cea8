import type { PanelEncoder } from "../src/protocol/panel.ts";

/** What a page knows of encoders and variants. */
export interface Known {
  readonly encoders: readonly PanelEncoder[];
}

export const encoderOf = ({ encoders }: Known, id: string): PanelEncoder | undefined =>
  encoders.find((encoder) => encoder.id === id);

/** The full name, which of a variant says exactly what differs; the id of an encoder that is not here any more. */
export const nameOf = (known: Known, id: string): string => encoderOf(known, id)?.name ?? id;

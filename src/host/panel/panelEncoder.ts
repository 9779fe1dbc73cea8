import type { PanelEncoder } from "../../protocol/panel.ts";
import type { Encoder } from "../encoders/encoders.ts";

/** What a page is told of an encoder or variant. */
export const panelEncoder = ({ id, name, state, card, error, variant }: Encoder): PanelEncoder => ({
  id,
  name,
  state,
  card,
  ...(error === undefined ? {} : { error }),
  ...(variant === undefined ? {} : { variant }),
});

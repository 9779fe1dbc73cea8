import { groupByCause, type Grouping } from "../../core/encoders/causeGroups.ts";
import { hasLayers } from "../../core/encoders/variantChoices.ts";
import type { EncoderState } from "../../protocol/engine.ts";
import type { Encoder } from "./encoderList.ts";

/** A row of the tree "Encoders". Plain data, so that it can be tested without an editor. */
export type EncoderRow = GroupOfEncoders | RowOfEncoder;

export interface GroupOfEncoders {
  readonly kind: "group";
  readonly id: string;
  /** What the cards of its encoders state alike. */
  readonly label: string;
  readonly children: readonly RowOfEncoder[];
}

export interface RowOfEncoder {
  readonly kind: "encoder";
  /** Of the encoder or variant. */
  readonly id: string;
  readonly label: string;
  readonly description: string;
  /** The full name, with what is said after it: a variant's label does not repeat its encoder's. */
  readonly spoken: string;
  /** Words that menus look for: `encoder` with `bundled` or `user` and perhaps `layered`, or `variant`. */
  readonly contextValue: string;
  /** A codicon, with the theme colour it has if not the usual one. */
  readonly icon: readonly [name: string, colour?: string];
  readonly encoder: Encoder;
  readonly children: readonly RowOfEncoder[];
}

/** Encoders with their variants below them, in groups by a cause if one is asked for. `badge`: a few words more on one of them. */
export function encoderRows(
  encoders: readonly Encoder[],
  grouping: Grouping,
  badge: (encoder: Encoder) => string | undefined,
): readonly EncoderRow[] {
  const variants = Map.groupBy(encoders, ({ variant }) => variant?.of);
  const row = (encoder: Encoder): RowOfEncoder => ({
    ...rowOf(encoder, badge(encoder)),
    children: (encoder.variant === undefined ? (variants.get(encoder.id) ?? []) : []).map(row),
  });
  const bases = encoders.filter(({ variant }) => variant === undefined);
  if (grouping === "none") return bases.map(row);
  return groupByCause(bases, grouping).map(({ value, members }) => ({
    kind: "group",
    id: `group:${grouping}:${value}`,
    label: value,
    children: members.map(row),
  }));
}

function rowOf(encoder: Encoder, badge: string | undefined): Omit<RowOfEncoder, "children"> {
  const { id, name, variant, card, bundled } = encoder;
  // That an encoder is being loaded is said once, not by each of its variants too.
  const state = variant !== undefined && encoder.state === "loading" ? "" : STATE_WORDS[encoder.state];
  const words = [variant === undefined ? sizeOf(encoder) : widthOf(encoder), state, badge].filter(
    (part) => part !== undefined && part !== "",
  );
  const description = words.join(" · ");
  return {
    kind: "encoder",
    id,
    label: variant?.differs ?? name,
    description,
    spoken: [name, ...words].join(", "),
    contextValue:
      variant === undefined
        ? `encoder ${bundled ? "bundled" : "user"}${hasLayers(card) ? " layered" : ""}`
        : `variant${hasLayers(card) ? " layered" : ""}`,
    icon: iconOf(encoder),
    encoder,
  };
}

/** Length of vectors, and the size of what is loaded by itself. */
function sizeOf({ card, precisions, remote }: Encoder): string {
  if (remote !== undefined) return `${card.dimensions} d · on a server`;
  const size = precisions.find(({ precision }) => precision === "w8") ?? precisions[0];
  return `${card.dimensions} d${size === undefined ? "" : ` · ${(size.bytes / 1e6).toFixed(0)} MB`}`;
}

/** A variant has its encoder's width and file unless it says otherwise, in its label. */
const widthOf = ({ card, variant }: Encoder): string | undefined =>
  variant?.settings.precision === undefined ? undefined : `${card.dimensions} d`;

const STATE_WORDS: Readonly<Record<EncoderState, string>> = {
  ready: "",
  loaded: "",
  loading: "loading",
  failed: "failed",
  missing: "not on this machine",
};

function iconOf({ state, variant, card }: Encoder): RowOfEncoder["icon"] {
  if (state === "failed") return ["error", "list.errorForeground"];
  if (state === "missing") return ["warning", "list.warningForeground"];
  if (variant !== undefined) return ["git-branch"];
  if (state === "loading") return ["loading~spin"];
  if (card.server !== undefined) return ["cloud"];
  if (card.input === "image") return ["file-media"];
  return [card.layers === 0 && card.pooling !== "graph" ? "table" : "layers"];
}

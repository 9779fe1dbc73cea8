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
  /** Of another feature, for where there is room. */
  readonly badge: string;
  /** Words that menus look for: `encoder` with `bundled` or `user` and perhaps `layered`, or `variant`. */
  readonly contextValue: string;
  /** Says what state it is in even where a narrow tree cuts the description. */
  readonly icon: Icon;
  readonly encoder: Encoder;
  readonly children: readonly RowOfEncoder[];
}

/** A codicon, with the theme colour it has if not the usual one. */
export type Icon = readonly [name: string, colour?: string];

/** What another feature has to say on an encoder: a few words, and how good they are. */
export interface Badge {
  readonly words: string;
  readonly outcome: "running" | "passed" | "warning" | "failed";
}

/** Encoders with their variants below them, in groups by a cause if one is asked for. */
export function encoderRows(
  encoders: readonly Encoder[],
  grouping: Grouping,
  badge: (encoder: Encoder) => Badge | undefined,
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

function rowOf(encoder: Encoder, badge: Badge | undefined): Omit<RowOfEncoder, "children"> {
  const { id, name, variant, card, bundled } = encoder;
  // That an encoder is being loaded is said once, not by each of its variants too.
  const state = variant !== undefined && encoder.state === "loading" ? "" : STATE_WORDS[encoder.state];
  // What changes stands first: a narrow tree cuts the rest.
  const words = [state, badge?.words, variant === undefined ? sizeOf(encoder) : widthOf(encoder)].filter(
    (part) => part !== undefined && part !== "",
  );
  const description = words.join(" · ");
  return {
    kind: "encoder",
    id,
    label: variant?.differs ?? name,
    description,
    spoken: [name, ...words].join(", "),
    badge: badge?.words ?? "",
    contextValue:
      variant === undefined
        ? `encoder ${bundled ? "bundled" : "user"}${hasLayers(card) ? " layered" : ""}`
        : `variant${hasLayers(card) ? " layered" : ""}`,
    icon: iconOf(encoder, badge),
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

function iconOf(encoder: Encoder, badge: Badge | undefined): Icon {
  const { state, variant } = encoder;
  if (state === "failed" || badge?.outcome === "failed") return ["error", "list.errorForeground"];
  if (state === "missing" || badge?.outcome === "warning") return ["warning", "list.warningForeground"];
  if (badge?.outcome === "running" || (state === "loading" && variant === undefined)) return ["loading~spin"];
  const kind = kindOf(encoder);
  return badge?.outcome === "passed" ? [kind, "testing.iconPassed"] : [kind];
}

function kindOf({ variant, card }: Encoder): string {
  if (variant !== undefined) return "git-branch";
  if (card.server !== undefined) return "cloud";
  if (card.input === "image") return "file-media";
  return card.layers === 0 && card.pooling !== "graph" ? "table" : "layers";
}

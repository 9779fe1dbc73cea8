import * as vscode from "vscode";

import { withVariants, type Variation } from "../../core/encoders/describeVariant.ts";
import { listEncoders, type EncoderInfo } from "../../protocol/engine.ts";
import type { Engine } from "../status/engine.ts";

/** An encoder as the engine lists it, or a variant of one with name and card of its own. */
export interface Encoder extends EncoderInfo {
  readonly variant?: Variation;
}

/** The encoders of this machine, their variants, and which of all these are ticked. */
export interface Encoders {
  /** Each encoder followed by the variants that the user keeps. */
  list(): Promise<readonly Encoder[]>;
  /** The list with those variants among `ids` that nobody keeps: a comparison may be of such. */
  including(ids: readonly string[]): Promise<readonly Encoder[]>;
  /** Ids of the ticked ones, in the order of the list; as long as nothing was chosen, those of text that the installation carries. */
  chosen(): Promise<readonly string[]>;
  choose(ids: readonly string[]): Promise<void>;
  /** Ticks some and takes the tick from others. Resolves to false, and changes nothing, where none would stay. */
  tick(ticks: ReadonlyMap<string, boolean>): Promise<boolean>;
  /** Keeps variants and ticks them. Resolves to those that were not there before. */
  addVariants(ids: readonly string[]): Promise<readonly string[]>;
  removeVariants(ids: readonly string[]): Promise<void>;
  /** Asks the engine anew: encoders were added or are gone. */
  refresh(): void;
  /** Fires when the list, a state or the choice is another. */
  readonly onDidChange: vscode.Event<undefined>;
}

/** What is ticked is of a workspace; what is there to be ticked is of the user, like the encoders themselves. */
const CHOSEN = "encoders.chosen";
const VARIANTS = "encoders.variants";

export function createEncoders(context: vscode.ExtensionContext, engine: Engine): Encoders {
  const changed = new vscode.EventEmitter<undefined>();
  let known: Promise<readonly EncoderInfo[]> | undefined;

  const tell = (): void => {
    changed.fire(undefined);
  };
  const refresh = (): void => {
    known = undefined;
    tell();
  };
  const bases = async (): Promise<readonly EncoderInfo[]> => {
    known ??= engine.client.request(listEncoders, null);
    known.catch(() => (known = undefined));
    // Nobody vouches for other models in a workspace that is not trusted.
    return (await known).filter(({ bundled }) => bundled || vscode.workspace.isTrusted);
  };
  const variants = (): readonly string[] => context.globalState.get<readonly string[]>(VARIANTS, []);

  const including = async (ids: readonly string[]): Promise<readonly Encoder[]> =>
    withVariants<Encoder>(await bases(), [...variants(), ...ids]);
  const list = (): Promise<readonly Encoder[]> => including([]);

  const chosen = async (): Promise<readonly string[]> => {
    const all = await list();
    const ticked = context.workspaceState.get<readonly string[]>(CHOSEN) ?? [];
    const kept = all.filter(({ id }) => ticked.includes(id));
    const text = all.filter(({ variant, card }) => variant === undefined && card.input !== "image");
    // What somebody added once costs time, or is asked over the network: it is used where it is ticked.
    const carried = text.filter(({ bundled }) => bundled);
    return (kept.length > 0 ? kept : carried.length > 0 ? carried : text).map(({ id }) => id);
  };
  const store = async (ids: readonly string[]): Promise<void> => {
    await context.workspaceState.update(CHOSEN, ids);
    tell();
  };
  let last: Promise<unknown> = Promise.resolve();
  /** One change after the other: two quick ticks must not each start from what was before both. */
  const inTurn = <T>(change: () => Promise<T>): Promise<T> => {
    const next = last.then(change, change);
    last = next.catch(() => undefined);
    return next;
  };

  context.subscriptions.push(
    changed,
    engine.onDidChangeEncoder((encoder) => {
      known = known?.then((encoders) =>
        encoders.some(({ id }) => id === encoder.id)
          ? encoders.map((other) => (other.id === encoder.id ? encoder : other))
          : [...encoders, encoder],
      );
      tell();
    }),
    engine.onDidRestart(refresh),
    vscode.workspace.onDidGrantWorkspaceTrust(tell),
  );
  return {
    list,
    including,
    chosen,
    choose: (ids) => inTurn(() => store(ids)),
    tick: (ticks) =>
      inTurn(async () => {
        const ids = new Set(await chosen());
        for (const [id, ticked] of ticks) if (ticked) ids.add(id);
          else ids.delete(id);
        if (ids.size > 0) await store([...ids]);
        return ids.size > 0;
      }),
    addVariants: (ids) =>
      inTurn(async () => {
        const before = (await list()).map(({ id }) => id);
        const ticked = await chosen();
        await context.globalState.update(VARIANTS, [...new Set([...variants(), ...ids])]);
        await store([...new Set([...ticked, ...ids])]);
        return ids.filter((id) => !before.includes(id));
      }),
    removeVariants: (ids) =>
      inTurn(async () => {
        const ticked = await chosen();
        await context.globalState.update(
          VARIANTS,
          variants().filter((id) => !ids.includes(id)),
        );
        await store(ticked.filter((id) => !ids.includes(id)));
      }),
    refresh,
    onDidChange: changed.event,
  };
}

import * as vscode from "vscode";

import { COMMANDS } from "../contributions.ts";
import type { Engine } from "../status/engine.ts";
import { createEncoders, type Encoder, type Encoders } from "./encoderList.ts";
import { registerEncoderTree, type EncoderTree } from "./encoderTree.ts";
import { idOf, registerVariantCommands } from "./variantCommands.ts";

export type { Encoder, Encoders } from "./encoderList.ts";
export type { Badge } from "./encoderRows.ts";
export type { EncoderTree } from "./encoderTree.ts";

/** The encoders with their tree, their cards and their variants. */
export function registerEncoders(context: vscode.ExtensionContext, engine: Engine): Encoders & EncoderTree {
  const encoders = createEncoders(context, engine);
  const tree = registerEncoderTree(context, encoders);
  context.subscriptions.push(
    registerVariantCommands(encoders),
    vscode.commands.registerCommand(COMMANDS.chooseEncoders, async () => {
      const ticked = new Set(await encoders.chosen());
      const items = (await encoders.list()).map((encoder) => ({ ...choiceOf(encoder), picked: ticked.has(encoder.id) }));
      const picked = await vscode.window.showQuickPick(items, {
        canPickMany: true,
        title: "Encoders to compare",
        matchOnDetail: true,
        matchOnDescription: true,
      });
      if (picked !== undefined && picked.length > 0) await encoders.choose(picked.map(({ id }) => id));
    }),
  );
  return { ...encoders, ...tree };
}

/** The encoder or variant that a command was called on: by its id, or by its row of the tree. */
export async function encoderOf(encoders: Encoders, target: unknown): Promise<Encoder | undefined> {
  const id = idOf(target);
  if (id === undefined) return undefined;
  return (await encoders.including([id])).find((encoder) => encoder.id === id);
}

/** A variant stands below its encoder; both names are found by typing. */
function choiceOf({ id, name, card, variant }: Encoder): vscode.QuickPickItem & { readonly id: string } {
  if (variant !== undefined) return { id, label: `$(git-branch) ${variant.differs}`, description: variant.name };
  return { id, label: name, description: `${card.dimensions} dimensions`, detail: card.causes.architecture.value };
}

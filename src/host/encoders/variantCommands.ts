import * as vscode from "vscode";

import { atAllLayers, hasLayers } from "../../core/encoders/variantChoices.ts";
import { COMMANDS } from "../contributions.ts";
import type { Encoder, Encoders } from "./encoderList.ts";
import { askForVariants } from "./variantInput.ts";

/** Add Variant and Remove Variant, on a row of the tree or by asking which encoder is meant. */
export function registerVariantCommands(encoders: Encoders): vscode.Disposable {
  return vscode.Disposable.from(
    vscode.commands.registerCommand(COMMANDS.addVariant, async (target: unknown) => {
      const bases = (await encoders.list()).filter(({ variant }) => variant === undefined);
      const id = idOf(target);
      const encoder =
        bases.find((one) => one.id === id) ?? (await pickOne("Add a variant of which encoder?", bases));
      if (encoder === undefined) return;
      const ids = await askForVariants(encoder);
      if (ids === undefined) return;
      const added = await encoders.addVariants(ids);
      vscode.window.setStatusBarMessage(addedWords(ids.length, added.length), 5000);
    }),
    vscode.commands.registerCommand(COMMANDS.removeVariant, async (target: unknown, selected?: readonly unknown[]) => {
      const variants = (await encoders.list()).filter(({ variant }) => variant !== undefined);
      const wanted = new Set((selected ?? [target]).map(idOf));
      const found = variants.filter(({ id }) => wanted.has(id));
      const removed = found.length > 0 ? found : await pickSome("Remove which variants?", variants);
      if (removed === undefined) return;
      await encoders.removeVariants(removed.map(({ id }) => id));
    }),
  );
}

/** An encoder at all of its layers: the one a command was called on, with what its variant sets, or one that is picked. */
export async function layersOf(encoders: Encoders, target: unknown): Promise<{ name: string; ids: readonly string[] } | undefined> {
  const id = idOf(target);
  const all = await encoders.including(id === undefined ? [] : [id]);
  const called = all.find((encoder) => encoder.id === id);
  const layered = all.filter(({ card, variant }) => variant === undefined && hasLayers(card));
  const base =
    layered.find((encoder) => encoder.id === (called?.variant?.of ?? id)) ??
    (await pickOne("Compare the layers of which encoder?", layered));
  return base === undefined ? undefined : { name: base.name, ids: atAllLayers(base, called?.variant?.settings) };
}

/** The id a command was called with, or that of a row of the tree. */
export function idOf(target: unknown): string | undefined {
  const id = typeof target === "string" ? target : (target as { readonly id?: unknown } | undefined)?.id;
  return typeof id === "string" ? id : undefined;
}

const addedWords = (asked: number, added: number): string =>
  added === 0
    ? `${asked === 1 ? "This variant is" : "These variants are"} there already, and ticked now.`
    : `${added === 1 ? "One variant" : `${String(added)} variants`} added and ticked.`;

async function pickOne(title: string, encoders: readonly Encoder[]): Promise<Encoder | undefined> {
  const items = encoders.map((encoder) => ({ label: encoder.name, detail: encoder.card.causes.architecture.value, encoder }));
  return (await vscode.window.showQuickPick(items, { title, matchOnDetail: true }))?.encoder;
}

async function pickSome(title: string, variants: readonly Encoder[]): Promise<readonly Encoder[] | undefined> {
  if (variants.length === 0) {
    void vscode.window.showInformationMessage("There are no variants. Add Variant makes one of an encoder.");
    return undefined;
  }
  const items = variants.map((encoder) => ({
    label: encoder.variant?.differs ?? encoder.name,
    description: encoder.variant?.name ?? "",
    encoder,
  }));
  const picked = await vscode.window.showQuickPick(items, { title, canPickMany: true, matchOnDescription: true });
  return picked?.map(({ encoder }) => encoder);
}

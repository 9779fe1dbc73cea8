import * as vscode from "vscode";

import { parseVariant, settingsLabel } from "../../core/encoders/variant.ts";
import { atAllLayers, hasLayers, variantsWith, type WantedValues } from "../../core/encoders/variantChoices.ts";
import type { Encoder } from "./encoderList.ts";
import { parseNumbers, variantSteps, wantedWords, type VariantStep, type VariantValue, type Written } from "./variantSteps.ts";

/** More at once would be a slip of the hand. */
const MOST_VARIANTS = 60;
/** Names of variants that are listed before they are made. */
const NAMED = 4;

/**
 * Asks what to vary of an encoder, setting by setting, until the user adds what came together. Several values of several
 * settings give every combination. Ids of variants, or undefined when the user leaves.
 */
export async function askForVariants(encoder: Encoder): Promise<readonly string[] | undefined> {
  const steps = variantSteps(encoder);
  let wanted: WantedValues = {};
  for (;;) {
    const picked = await vscode.window.showQuickPick(itemsOf(encoder, steps, wanted), {
      title: `Add Variant of ${encoder.name}`,
      placeHolder: "What is to be otherwise? Several settings may be combined",
      ignoreFocusOut: true,
    });
    const what = picked?.what;
    if (what === undefined) return undefined;
    if (what === "layers") return atAllLayers(encoder).filter((id) => id !== encoder.id);
    if (what === "add") return variantsWith(encoder, wanted);
    const values = await askForValues(what, encoder);
    if (values !== undefined) wanted = { ...wanted, [what.setting]: values };
  }
}

type Item = vscode.QuickPickItem & { readonly what?: VariantStep | "add" | "layers" };

function itemsOf(encoder: Encoder, steps: readonly VariantStep[], wanted: WantedValues): readonly Item[] {
  const { layers } = encoder.card;
  const made = variantsWith(encoder, wanted);
  const started = Object.keys(wanted).length > 0;
  return [
    ...(made.length > 0 && made.length <= MOST_VARIANTS ? [addItem(encoder, made)] : []),
    ...(made.length > MOST_VARIANTS
      ? [separator(`${String(made.length)} combinations; at most ${String(MOST_VARIANTS)} are added at once`)]
      : []),
    ...(started || !hasLayers(encoder.card)
      ? []
      : [
          {
            label: "$(layers) All layers",
            description: `0 … ${String(layers)}`,
            detail: `A variant for each layer before the last; layer ${String(layers)} is the encoder itself`,
            what: "layers" as const,
          },
        ]),
    separator(started ? "combined with" : "or set"),
    ...steps.map((step): Item => {
      const words = wantedWords(step, wanted);
      return {
        label: `${words === undefined ? "$(blank)" : "$(check)"} ${step.label}`,
        description: words ?? step.own,
        what: step,
      };
    }),
  ];
}

function addItem({ card }: Encoder, made: readonly string[]): Item {
  const names = made.slice(0, NAMED).map((id) => settingsLabel(parseVariant(id).settings, card));
  return {
    label: made.length === 1 ? "$(add) Add this variant" : `$(add) Add ${String(made.length)} variants`,
    detail: `${names.join(" · ")}${made.length > NAMED ? " · …" : ""}`,
    what: "add",
  };
}

const separator = (label: string): Item => ({ label, kind: vscode.QuickPickItemKind.Separator });

/** Undefined leaves the setting as it was. */
async function askForValues(step: VariantStep, encoder: Encoder): Promise<readonly unknown[] | undefined> {
  const title = `${step.label} of ${encoder.name}`;
  if (step.setting === "prompt") return askForPrompt(title, step);
  if (isWritten(step.values)) return askForNumbers(title, step.values);
  const items = step.values.map((value) => ({ ...value, ...(value.label.toLowerCase() === step.own ? { description: "its own" } : {}) }));
  const picked = await vscode.window.showQuickPick(items, {
    title,
    canPickMany: true,
    placeHolder: "Each value that is ticked gives a variant",
    ignoreFocusOut: true,
  });
  return picked?.map(({ value }) => value);
}

async function askForNumbers(title: string, written: Written): Promise<readonly number[] | undefined> {
  const { prompt, example, most } = written;
  const text = await vscode.window.showInputBox({
    title,
    prompt: `${prompt}; at most ${String(most)}. Several numbers, parted by commas, give several variants.`,
    placeHolder: example,
    ignoreFocusOut: true,
    validateInput: (value) => {
      const numbers = value.trim() === "" ? [] : parseNumbers(value, written);
      return typeof numbers === "string" ? numbers : undefined;
    },
  });
  if (text === undefined) return undefined;
  const numbers = parseNumbers(text, written);
  return typeof numbers === "string" ? [] : numbers;
}

async function askForPrompt(title: string, { values }: VariantStep): Promise<readonly string[] | undefined> {
  const own: vscode.QuickPickItem & { readonly value?: unknown } = {
    label: "$(edit) Another text…",
    detail: "Written by you, put before each text",
  };
  const picked = await vscode.window.showQuickPick([...(isWritten(values) ? [] : values), own], { title, ignoreFocusOut: true });
  if (picked === undefined) return undefined;
  if (typeof picked.value === "string") return [picked.value];
  const text = await vscode.window.showInputBox({
    title,
    prompt: "Put before each text as it stands here, spaces at its end included",
    placeHolder: "Represent this sentence: ",
    ignoreFocusOut: true,
    validateInput: (value) => (value.trim() === "" ? "Write a text, or go back and choose No prompt." : undefined),
  });
  return text === undefined ? undefined : [text];
}

const isWritten = (values: readonly VariantValue[] | Written): values is Written => !Array.isArray(values);

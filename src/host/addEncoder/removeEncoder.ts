import * as vscode from "vscode";

import { removeEncoder } from "../../protocol/catalogue.ts";
import type { Encoder } from "../encoders/encoders.ts";
import { megabytes } from "../index/words.ts";
import { complain } from "../status/complain.ts";
import type { Adding } from "./adding.ts";

/** Remove Encoder: asks first, and which one unless `id` says so. What the installation carries stays. */
export async function removeFromUser({ engine, encoders }: Adding, id: string | undefined): Promise<void> {
  const own = (await encoders.list()).filter(({ bundled, variant }) => !bundled && variant === undefined);
  const encoder = own.find((one) => one.id === id) ?? (await askWhich(own));
  if (encoder === undefined) return;
  const answer = await vscode.window.showWarningMessage(
    `Remove ${encoder.name}?`,
    { modal: true, detail: detailOf(encoder) },
    "Remove",
  );
  if (answer === undefined) return;
  try {
    await engine.client.request(removeEncoder, { id: encoder.id });
    encoders.refresh();
  } catch (thrown) {
    complain(thrown);
  }
}

async function askWhich(own: readonly Encoder[]): Promise<Encoder | undefined> {
  if (own.length === 0) {
    void vscode.window.showInformationMessage("Only encoders that were added can be removed, and none was.");
    return undefined;
  }
  const items = own.map((encoder) => ({ label: encoder.name, description: sizeOf(encoder), encoder }));
  return (await vscode.window.showQuickPick(items, { title: "Remove which encoder?" }))?.encoder;
}

/** One that runs on a server has no files here. */
const detailOf = (encoder: Encoder): string =>
  encoder.precisions.length === 0
    ? "What is known of it on this machine is deleted, for the command line too. Nothing changes where it runs."
    : `Its files are deleted (${sizeOf(encoder)}), for the command line too. Where it was copied from nothing changes. What it has indexed counts again if it is added again.`;

const sizeOf = ({ precisions }: Encoder): string => megabytes(precisions.reduce((sum, { bytes }) => sum + bytes, 0));

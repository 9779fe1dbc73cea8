import * as vscode from "vscode";

import { addRemoteEncoder, type RemoteProtocol } from "../../protocol/remote.ts";
import { add, type Adding } from "../addEncoder/adding.ts";
import type { Consents } from "./consents.ts";
import { addressProblem, keyProblem, modelProblem } from "./remoteInput.ts";

interface ProtocolItem extends vscode.QuickPickItem {
  readonly protocol: RemoteProtocol;
}

const PROTOCOLS: readonly ProtocolItem[] = [
  { label: "OpenAI", detail: "POST …/embeddings, as many services and local servers have it", protocol: "openai" },
  {
    label: "Open Inference Protocol",
    detail: "POST …/v2/models/MODEL/infer: KServe, Triton, MLServer",
    protocol: "kserve",
  },
];

/** Asks for server, protocol, model and key; tries the model with sentences of ours and adds it. No text of the user is sent. */
export async function addRemote(adding: Adding, consents: Consents): Promise<void> {
  const title = "Add Remote Encoder";
  const picked = await vscode.window.showQuickPick(PROTOCOLS, {
    title,
    placeHolder: "What does the server speak?",
    ignoreFocusOut: true,
  });
  if (picked === undefined) return;
  const { protocol } = picked;
  const prompt =
    protocol === "openai" ? "Address of the server, which mostly ends in /v1" : "Address of the server, what stands before /v2";
  const url = (await ask({ title, prompt, placeHolder: "https://host/path", validateInput: addressProblem }))?.trim();
  if (url === undefined) return;
  const model = (await ask({ title, prompt: "Name of the model on that server", validateInput: modelProblem }))?.trim();
  if (model === undefined) return;
  const { origin } = new URL(url);
  const key = await ask({
    title,
    prompt: `Key for ${origin}: kept in the editor's secret storage and sent there alone; empty for none`,
    value: (await consents.keyOf(origin)) ?? "",
    password: true,
    validateInput: keyProblem,
  });
  if (key === undefined) return;
  const consent = { origin, ...(key.trim() === "" ? {} : { key: key.trim() }) };
  await add(adding, `${model} at ${origin}`, async (options) => {
    const params = { protocol, url, model, folder: adding.folder, consent };
    const result = await adding.engine.client.request(addRemoteEncoder, params, options);
    await consents.setKey(origin, key.trim());
    return result;
  });
}

const ask = (options: vscode.InputBoxOptions): Thenable<string | undefined> =>
  vscode.window.showInputBox({ ignoreFocusOut: true, ...options });

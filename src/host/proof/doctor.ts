import * as vscode from "vscode";

import { diagnose, type Diagnosis, type DoctorReport } from "../../process/diagnose.ts";
import { cacheFolder } from "../../process/cacheFolder.ts";
import { COMMANDS, DOCTOR_SCHEME } from "../contributions.ts";
import { complain } from "../status/complain.ts";
import type { Engine } from "../status/engine.ts";
import { underNotification } from "../status/underNotification.ts";
import { doctorMarkdown } from "./doctorMarkdown.ts";

/** The command Doctor: all encoders one after the other, then a page of Markdown. What is found out is handed on as well. */
export function registerDoctor(engine: Engine, onDiagnosis: (diagnosis: Diagnosis) => Promise<void>): vscode.Disposable {
  const changed = new vscode.EventEmitter<vscode.Uri>();
  const page = vscode.Uri.from({ scheme: DOCTOR_SCHEME, path: "/Doctor.md" });
  let latest: DoctorReport | undefined;
  return vscode.Disposable.from(
    changed,
    vscode.workspace.registerTextDocumentContentProvider(DOCTOR_SCHEME, {
      onDidChange: changed.event,
      provideTextDocumentContent: () =>
        latest === undefined ? "Run **Compare Embeddings: Doctor** to fill this page." : doctorMarkdown(latest),
    }),
    vscode.commands.registerCommand(COMMANDS.doctor, async () => {
      const report = await examine(engine);
      if (report === undefined) return;
      latest = report;
      for (const diagnosis of report.encoders) await onDiagnosis(diagnosis);
      changed.fire(page);
      await vscode.commands.executeCommand("markdown.showPreview", page);
    }),
  );
}

/** undefined when it was cancelled or failed. */
async function examine(engine: Engine): Promise<DoctorReport | undefined> {
  try {
    return await underNotification(engine, { title: "Doctor", name: "testing encoders" }, (report, token) =>
      diagnose(engine.client, {
        quick: false,
        folders: [{ what: "cache", path: cacheFolder() }],
        token,
        onProgress: (what, share) => {
          report(`${what} ${(100 * share).toFixed(0)} %`);
        },
      }),
    );
  } catch (thrown) {
    complain(thrown);
    return undefined;
  }
}

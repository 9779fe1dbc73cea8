import * as vscode from "vscode";

import { diagnose, type Diagnosis, type DoctorReport } from "../../process/diagnose.ts";
import { cacheFolder } from "../../process/cacheFolder.ts";
import { errorData } from "../../protocol/errors.ts";
import { COMMANDS, DOCTOR_SCHEME } from "../contributions.ts";
import type { Engine } from "../status/engine.ts";
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
const examine = (engine: Engine): Thenable<DoctorReport | undefined> =>
  vscode.window.withProgress(
    { location: vscode.ProgressLocation.Notification, title: "Doctor", cancellable: true },
    async (progress, token) => {
      const busy = engine.begin("testing encoders");
      try {
        return await diagnose(engine.client, {
          quick: false,
          folders: [{ what: "cache", path: cacheFolder() }],
          token,
          onProgress: (what, share) => {
            progress.report({ message: `${what} ${(100 * share).toFixed(0)} %` });
          },
        });
      } catch (thrown) {
        const { code, message, hint } = errorData(thrown);
        if (code !== "cancelled") void vscode.window.showErrorMessage(`${message} ${hint ?? ""}`);
        return undefined;
      } finally {
        busy.dispose();
      }
    },
  );

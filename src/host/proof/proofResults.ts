import * as vscode from "vscode";

import type { Disposable } from "../../core/base/disposable.ts";
import { proofStamps, type MisconfigurationResult, type PrecisionsResult, type SelfTestResult } from "../../protocol/proof.ts";
import type { Encoder, Encoders } from "../encoders/encoders.ts";
import type { Engine } from "../status/engine.ts";

/** What was found out about one encoder, each part when it was last looked at. */
export interface Proof {
  readonly selfTest?: SelfTestResult;
  readonly settings?: MisconfigurationResult;
  readonly precisions?: PrecisionsResult;
}

/** What was found out about encoders, kept over windows for as long as their files and settings are the same. */
export interface ProofResults extends Disposable {
  of(id: string): Proof;
  keep(id: string, proof: Proof): Promise<void>;
  /** What a test is doing to an encoder just now; undefined once it is done. */
  setRunning(id: string, what: string | undefined): void;
  runningOf(id: string): string | undefined;
  /** Encoders that were not in the list before, in this window; those of the first list are not new. */
  readonly onDidAdd: vscode.Event<readonly Encoder[]>;
  readonly onDidChange: vscode.Event<undefined>;
}

const KEPT = "proof.results";

export function createProofResults(context: vscode.ExtensionContext, engine: Engine, encoders: Encoders): ProofResults {
  const changed = new vscode.EventEmitter<undefined>();
  const added = new vscode.EventEmitter<readonly Encoder[]>();
  const running = new Map<string, string>();
  /** As the files are now; results with another stamp are of other files. */
  let stamps = new Map<string, string>();
  let listed: ReadonlyMap<string, string> | undefined;
  const kept = (): Readonly<Record<string, Proof>> => context.globalState.get<Readonly<Record<string, Proof>>>(KEPT, {});
  const tell = (): void => {
    changed.fire(undefined);
  };

  /** Looks at stamps only when the list or a file's size is another: states change all the time. */
  const look = async (): Promise<void> => {
    const all = await encoders.list();
    const now = new Map(all.map((encoder) => [encoder.id, signatureOf(encoder)]));
    const before = listed;
    if (before !== undefined && isEqual(before, now)) return;
    listed = now;
    const told = await engine.client.request(proofStamps, { encoders: all.map(({ id }) => ({ id })) });
    stamps = new Map(
      all.flatMap(({ id }, at) => {
        const stamp = told[at];
        return typeof stamp === "string" ? [[id, stamp] as const] : [];
      }),
    );
    tell();
    if (before !== undefined) added.fire(all.filter((encoder) => before.get(encoder.id) !== now.get(encoder.id)));
  };
  const listening = vscode.Disposable.from(
    encoders.onDidChange(() => {
      look().catch(() => undefined);
    }),
    // Nothing has changed yet then; but what is added later is new only to what was there before.
    engine.onDidChangeState((state) => {
      if (state === "ready" && listed === undefined) look().catch(() => undefined);
    }),
  );

  return {
    of(id) {
      const stamp = stamps.get(id);
      const proof = kept()[id] ?? {};
      const current = Object.entries(proof).filter(([, part]) => (part as { readonly stamp?: string }).stamp === stamp);
      return stamp === undefined ? {} : Object.fromEntries(current);
    },
    async keep(id, proof) {
      // Whatever precision a part is of, it is kept for as long as the encoder is as it is now.
      const [stamp] = await engine.client.request(proofStamps, { encoders: [{ id }] });
      if (typeof stamp !== "string") return;
      stamps.set(id, stamp);
      const parts = Object.entries(proof).map(([name, part]: [string, object]) => [name, { ...part, stamp }] as const);
      await context.globalState.update(KEPT, { ...kept(), [id]: { ...kept()[id], ...Object.fromEntries(parts) } });
      tell();
    },
    setRunning(id, what) {
      if (what === undefined) running.delete(id);
      else running.set(id, what);
      tell();
    },
    runningOf: (id) => running.get(id),
    onDidAdd: added.event,
    onDidChange: changed.event,
    dispose: () => {
      listening.dispose();
      added.dispose();
      changed.dispose();
    },
  };
}

const signatureOf = ({ precisions }: Encoder): string => JSON.stringify(precisions);

const isEqual = (a: ReadonlyMap<string, string>, b: ReadonlyMap<string, string>): boolean =>
  a.size === b.size && [...a].every(([key, value]) => b.get(key) === value);

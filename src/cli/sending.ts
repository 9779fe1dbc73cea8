import type { CancellationToken } from "../core/base/cancellation.ts";
import type { EngineClient } from "../process/engineClient.ts";
import type { EncoderChoice, SourceDocument } from "../protocol/engine.ts";
import type { SplitMode } from "../core/text/segment.ts";
import { measureSending, type Sending } from "../protocol/remote.ts";
import { startIndexing } from "../protocol/workspace.ts";
import { errorLine } from "./usage.ts";

/** Says what goes to servers for texts, before it does; false when all these encoders run on this machine. */
export async function sayTexts(
  engine: EngineClient,
  encoders: readonly EncoderChoice[],
  texts: readonly string[],
): Promise<boolean> {
  const sendings = await engine.request(measureSending, { encoders, what: { kind: "texts", texts } });
  say(sendings);
  return sendings.length > 0;
}

/** Says what goes to servers for documents, before it does. */
export async function sayDocuments(
  engine: EngineClient,
  encoders: readonly EncoderChoice[],
  documents: readonly SourceDocument[],
  split: SplitMode,
): Promise<void> {
  say(await engine.request(measureSending, { encoders, what: { kind: "documents", documents, split } }));
}

/** Says what goes to servers for the open index, before it does. What that is only a look at all files can tell. */
export async function sayIndex(
  engine: EngineClient,
  encoders: readonly EncoderChoice[],
  token: CancellationToken,
): Promise<void> {
  const measure = (): Promise<readonly Sending[]> => engine.request(measureSending, { encoders, what: { kind: "index" } });
  if ((await measure()).every(({ allowed }) => !allowed)) return;
  await engine.request(startIndexing, { encoders: [] }, { token });
  say(await measure());
}

function say(sendings: readonly Sending[]): void {
  for (const { origin, allowed, texts, characters } of sendings)
    if (allowed && texts > 0) errorLine(`Sending ${counted(texts, "text")}, ${counted(characters, "character")}, to ${origin}`);
}

const counted = (count: number, what: string): string => `${count.toLocaleString("en")} ${what}${count === 1 ? "" : "s"}`;

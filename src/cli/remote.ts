import { encodersFolder } from "../process/cacheFolder.ts";
import { addRemoteEncoder, REMOTE_PROTOCOLS } from "../protocol/remote.ts";
import { withEngine } from "./engine.ts";
import type { CommandArguments } from "./main.ts";
import { remoteAccess } from "./remoteAccess.ts";
import { errorLine, oneOf, UsageError } from "./usage.ts";

/** `remote URL --protocol P --remote-model M [--id ID]`: the id of the encoder on standard output. Who names a server here allows it for this once. */
export async function remoteCommand({ values, paths }: CommandArguments): Promise<void> {
  const [url, ...more] = paths;
  if (url === undefined || more.length > 0) throw new UsageError("remote takes the address of one server.");
  const protocol = oneOf("protocol", values.protocol, REMOTE_PROTOCOLS) ?? "openai";
  const model = values["remote-model"];
  if (model === undefined || model === "") throw new UsageError("--remote-model is needed.");
  const params = { protocol, url, model, folder: encodersFolder(), ...(values.id === undefined ? {} : { id: values.id }) };
  const result = await withEngine(
    (engine, token) => engine.request(addRemoteEncoder, params, { token }),
    remoteAccess({ "allow-remote": [...(values["allow-remote"] ?? []), url] }),
  );
  if (!result.added) errorLine(`${result.id} was there already, and gives the vectors that it gave.`);
  console.log(values.json === true ? JSON.stringify(result, null, 2) : result.id);
}

import type { EngineClientOptions } from "../process/engineClient.ts";
import { hubAccess } from "../process/hubAccess.ts";
import type { CommandArguments } from "./main.ts";
import { UsageError } from "./usage.ts";

/** The key of the one server that is allowed. */
export const REMOTE_KEY = "COMPARE_EMBEDDINGS_REMOTE_KEY";

/** What this command may send to whom: `--allow-remote` names each origin, and nothing else is consent. */
export function remoteAccess(
  { "allow-remote": origins = [] }: Pick<CommandArguments["values"], "allow-remote">,
  environment: Readonly<Record<string, string | undefined>> = process.env,
): Pick<EngineClientOptions, "remoteAccess"> {
  const named = [...new Set(origins.map(originOf))];
  const key = environment[REMOTE_KEY] ?? "";
  if (key !== "" && named.length > 1) throw new UsageError(`${REMOTE_KEY} is for one server: give one --allow-remote.`);
  const allowed = named.map((origin) => ({ origin, ...(key === "" ? {} : { key }) }));
  const { proxy, certificates } = hubAccess(environment);
  return {
    remoteAccess: () =>
      Promise.resolve({
        allowed,
        ...(proxy === undefined ? {} : { proxy }),
        ...(certificates === undefined ? {} : { certificates }),
      }),
  };
}

function originOf(given: string): string {
  const url = URL.parse(given);
  if (url === null || !/^https?:$/.test(url.protocol))
    throw new UsageError("--allow-remote takes an origin: https://host or https://host:port.");
  return url.origin;
}

import fs from "node:fs";
import os from "node:os";
import path from "node:path";

import { DEFAULT_HUB, type HubAccess } from "../protocol/hub.ts";

type Environment = Readonly<Record<string, string | undefined>>;

/** How the hub is reached: by the variables that the Python tools and curl go by. */
export function hubAccess(environment: Environment = process.env): HubAccess {
  const set = (...names: readonly string[]): string | undefined =>
    names
      .flatMap((name) => [name, name.toLowerCase()])
      .map((name) => environment[name])
      .find((value) => value !== undefined && value !== "");
  const token = set("HF_TOKEN", "HUGGING_FACE_HUB_TOKEN");
  const [https, http, no] = [set("HTTPS_PROXY", "ALL_PROXY"), set("HTTP_PROXY", "ALL_PROXY"), set("NO_PROXY")];
  const home = set("HF_HOME") ?? path.join(set("XDG_CACHE_HOME") ?? path.join(os.homedir(), ".cache"), "huggingface");
  const cache = set("HF_HUB_CACHE", "HUGGINGFACE_HUB_CACHE") ?? path.join(home, "hub");
  const certificates = readIfThere(set("NODE_EXTRA_CA_CERTS"));
  return {
    endpoint: set("HF_ENDPOINT") ?? DEFAULT_HUB,
    cache: path.resolve(cache.replace(/^~(?=$|[/\\])/, os.homedir())),
    ...(token === undefined ? {} : { token }),
    proxy: {
      ...(https === undefined ? {} : { https }),
      ...(http === undefined ? {} : { http }),
      ...(no === undefined ? {} : { no }),
    },
    ...(certificates === undefined ? {} : { certificates }),
  };
}

/** Node itself warns about such a file that is missing, and goes on. */
function readIfThere(file: string | undefined): string | undefined {
  try {
    return file === undefined ? undefined : fs.readFileSync(file, "utf8");
  } catch {
    return undefined;
  }
}

import path from "node:path";

import type { CatalogueAccess } from "../protocol/catalogue.ts";
import type { HubAccess } from "../protocol/hub.ts";
import { cacheFolder } from "./cacheFolder.ts";
import { hubAccess } from "./hubAccess.ts";

type Environment = Readonly<Record<string, string | undefined>>;

/** What npm and pip go by, beside their files. */
const THEIRS =
  /^(PIP_\w+|npm_config_\w+|PYTHON|VIRTUAL_ENV|XDG_CONFIG_\w+|APPDATA|LOCALAPPDATA|ProgramData|(HTTPS?|ALL|NO)_PROXY|SSL_CERT_\w+|REQUESTS_CA_BUNDLE|CURL_CA_BUNDLE|NODE_EXTRA_CA_CERTS)$/i;

/** How packages of the catalogue are fetched, by the variables of this process. */
export function catalogueAccess(hub: HubAccess = hubAccess(), environment: Environment = process.env): CatalogueAccess {
  const own = Object.entries(environment).flatMap(([name, value]) =>
    value !== undefined && THEIRS.test(name) ? [[name, value]] : [],
  );
  return { archives: path.join(cacheFolder(), "archives"), environment: Object.fromEntries(own) as Record<string, string>, hub };
}

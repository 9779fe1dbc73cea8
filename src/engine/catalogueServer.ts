import fs from "node:fs";
import path from "node:path";

import type { Rpc } from "../process/rpc.ts";
import { describeFolder, removeEncoder, type FolderWeights } from "../protocol/catalogue.ts";
import type { HelloParams } from "../protocol/engine.ts";
import { removeFolder } from "./catalogue/removeFolder.ts";
import { weightsIn } from "./hub/encoderFiles.ts";
import { localFiles } from "./hub/localFiles.ts";
import type { Registry } from "./registry.ts";

interface Engine {
  readonly hello: HelloParams;
  readonly registry: Registry;
}

/** The requests of protocol/catalogue.ts. */
export function serveCatalogue(rpc: Rpc, ready: () => Engine): void {
  rpc.onRequest(describeFolder, ({ path: place }): readonly FolderWeights[] => {
    const { folder, paths, file } = localFiles(place);
    const all = weightsIn(place, paths).filter(({ weights }) => file === undefined || weights === file);
    return all.map(({ weights, precision }) => ({
      path: weights,
      bytes: fs.statSync(path.join(folder, weights)).size,
      precision,
    }));
  });
  rpc.onRequest(removeEncoder, async ({ id }) => {
    const { hello, registry } = ready();
    await removeFolder(id, registry.published(id).folder, hello.encoderFolders.slice(1));
    registry.refresh();
    return null;
  });
}

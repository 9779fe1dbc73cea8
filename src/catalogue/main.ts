/** The catalogue's builder: makes one encoder of what was fetched, in a process that may be killed, and then ends with its parent. */
import { connectToParent } from "../process/inChild.ts";
import { buildFolder } from "../protocol/builder.ts";
import { buildModelFolder } from "./buildModelFolder.ts";

connectToParent().onRequest(buildFolder, (params) => buildModelFolder(params));

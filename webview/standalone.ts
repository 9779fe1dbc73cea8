/** The panel as a page of its own: replays the messages it carries. */
import { decodeReplay } from "../src/protocol/replay.ts";
import { standingAlone } from "./connection.ts";
import { mountPanel } from "./panel.ts";

const fromBase64 = (base64: string): Uint8Array<ArrayBuffer> => Uint8Array.from(atob(base64), (char) => char.charCodeAt(0));

const receive = mountPanel(document.getElementById("root")!, standingAlone);
for (const message of decodeReplay(document.getElementById("comparison")!.textContent, fromBase64)) receive(message);

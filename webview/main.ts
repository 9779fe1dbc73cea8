/** The panel inside the editor. */
import type { FromPanel } from "../src/protocol/panel.ts";
import { connectToEditor } from "./connection.ts";
import { mountPanel } from "./panel.ts";
import type { SavedState } from "./state.ts";

const connection = connectToEditor<FromPanel, SavedState>();
const receive = mountPanel(document.getElementById("root")!, connection);
addEventListener("message", (event) => {
  receive(event.data);
});
connection.send({ type: "ready" });

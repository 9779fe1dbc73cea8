/** The neighbours panel inside the editor. */
import type { FromNeighbours } from "../../src/protocol/neighboursPanel.ts";
import { connectToEditor } from "../connection.ts";
import { mountNeighbours } from "./panel.ts";
import type { SavedState } from "./state.ts";

const connection = connectToEditor<FromNeighbours, SavedState>();
const receive = mountNeighbours(document.getElementById("root")!, connection);
addEventListener("message", (event) => {
  receive(event.data);
});
connection.send({ type: "ready" });

/** The panel inside the editor. */
import { connectToEditor } from "./connection.ts";
import { mountPanel } from "./panel.ts";

const connection = connectToEditor();
const receive = mountPanel(document.getElementById("root")!, connection);
addEventListener("message", (event) => {
  receive(event.data);
});
connection.send({ type: "ready" });

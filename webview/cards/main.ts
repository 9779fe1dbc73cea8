/** The page of cards inside the editor. */
import type { FromCards } from "../../src/protocol/cardsPanel.ts";
import { connectToEditor } from "../connection.ts";
import { mountCards } from "./panel.ts";
import type { SavedState } from "./state.ts";

const connection = connectToEditor<FromCards, SavedState>();
const receive = mountCards(document.getElementById("root")!, connection);
addEventListener("message", (event) => {
  receive(event.data);
});
connection.send({ type: "ready" });

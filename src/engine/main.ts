/** The engine process: owns all vectors and survives the death of any encoder process. Wiring only. */
import { connectToParent } from "../process/inChild.ts";
import { serve } from "./server.ts";

const server = serve(
  connectToParent(() => {
    server.dispose();
  }),
);

/**
 * A process that writes an index until it is killed, and says what it has written: `writerProcess.ts FOLDER SEED`. For every
 * number it prints `claimed`, then `file N` and `vectors A N` after each transaction.
 */
import { openLocalIndex } from "../../../src/engine/store/openLocalIndex.ts";
import { plainMatrix } from "./plainMatrix.ts";
import { encoder, linesOf, file, rows } from "./sampleFiles.ts";

const [folder = "", from = "0"] = process.argv.slice(2);
const index = openLocalIndex({ storage: folder, matrices: plainMatrix });
const say = (line: string): void => {
  process.stdout.write(`${line}\n`);
};
say(index.claim() ? "claimed" : "refused");
for (let number = Number(from); index.role === "writer"; number++) {
  index.catalogue.putFiles([file(`${String(number)}.ts`, linesOf(number))]);
  say(`file ${String(number)}`);
  for (const each of [encoder("A"), encoder("B", 6)]) {
    await index.vectors.add(each, rows(each, linesOf(number)));
    say(`vectors ${each.id} ${String(number)}`);
  }
}

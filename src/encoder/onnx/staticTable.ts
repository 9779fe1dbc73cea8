import type { Precision } from "../../core/encoders/card.ts";
import { Graph, statePort, tokenPort, type OnnxModel } from "./graph.ts";
import type { Matrix } from "./matrix.ts";

/** A table of vectors as an ONNX file: input_ids, attention_mask [batch, sequence] → last_hidden_state, the rows of the ids. */
export function staticTableGraph(table: Matrix, precision: Precision, note: string): OnnxModel {
  const graph = new Graph(precision);
  const rows = graph.rows("input_ids", "embeddings.word", table, "large");
  graph.op("Identity", [rows], {}, "last_hidden_state");
  return graph.finish(["input_ids", "attention_mask"].map(tokenPort), [statePort("last_hidden_state", table.columns)], note);
}

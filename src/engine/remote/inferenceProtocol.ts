import * as v from "valibot";

import { remoteWrong } from "../../protocol/remoteErrors.ts";
import { printable } from "../hub/hubAddress.ts";
import { askServer, type RemoteAccess } from "./remoteHttp.ts";
import { serverAddress, type RemoteRecord, type Tensors } from "./remoteRecord.ts";

type Model = Pick<RemoteRecord, "protocol" | "url" | "model">;

const TENSOR = v.object({ name: v.string(), datatype: v.string(), shape: v.array(v.number()) });
const METADATA = v.object({ inputs: v.nullish(v.array(TENSOR)), outputs: v.nullish(v.array(TENSOR)) });

/** Servers that say nothing of a model's tensors mostly take any name. */
const DEFAULTS: Tensors = { input: "text", rank: 1, output: "" };
const FLOATS: readonly string[] = ["FP32", "FP64", "FP16"];

/** The tensors of a model: the one input of strings, and the output of one vector a text. Throws `remoteWrong` where there is none. */
export async function tensorsOf(model: Model, access: RemoteAccess, signal: AbortSignal): Promise<Tensors> {
  const url = pathOf(model);
  const { inputs, outputs } = await askServer({ url, schema: METADATA, model: model.model }, access, signal);
  const input = (inputs ?? []).filter(({ datatype }) => datatype === "BYTES");
  const needed = (inputs ?? []).length;
  if (needed > 0 && (input.length !== 1 || needed !== 1))
    throw remoteWrong(url.host, `the model ${printable(model.model)} does not take one input of texts (BYTES)`);
  const output = (outputs ?? []).find(({ datatype, shape }) => FLOATS.includes(datatype) && shape.length === 2);
  if ((outputs ?? []).length > 0 && output === undefined)
    throw remoteWrong(url.host, `the model ${printable(model.model)} has no output of one vector a text (FP32)`);
  return {
    input: input[0]?.name ?? DEFAULTS.input,
    rank: input[0]?.shape.length === 2 ? 2 : DEFAULTS.rank,
    output: output?.name ?? DEFAULTS.output,
  };
}

const OUTPUT = v.object({ name: v.string(), datatype: v.string(), shape: v.array(v.number()), data: v.array(v.unknown()) });
const ANSWER = v.object({ outputs: v.array(OUTPUT) });

/** Vectors by POST v2/models/MODEL/infer. */
export async function inferredVectors(
  record: Model & { readonly tensors?: Tensors | undefined },
  texts: readonly string[],
  access: RemoteAccess,
  signal: AbortSignal,
): Promise<readonly (readonly number[])[]> {
  const url = new URL(`${pathOf(record).href}/infer`);
  const { input, rank, output: wanted } = record.tensors ?? DEFAULTS;
  const shape = rank === 2 ? [texts.length, 1] : [texts.length];
  const body = {
    inputs: [{ name: input, shape, datatype: "BYTES", data: texts }],
    ...(wanted === "" ? {} : { outputs: [{ name: wanted }] }),
  };
  const { outputs } = await askServer({ url, body, schema: ANSWER, model: record.model }, access, signal);
  const output = outputs.find(({ name, datatype }) => FLOATS.includes(datatype) && (wanted === "" || name === wanted));
  if (output === undefined) throw remoteWrong(url.host, "it holds no numbers");
  const [rows, width] = output.shape;
  if (output.shape.length !== 2 || rows !== texts.length)
    throw remoteWrong(url.host, `its shape is [${output.shape.join(", ")}] for ${texts.length} texts`);
  // Tensors are flat, or nested row by row.
  const numbers = output.data.flat(1);
  if (numbers.length !== rows * width! || !numbers.every((number) => typeof number === "number"))
    throw remoteWrong(url.host, "its data are not as many numbers as its shape says");
  return texts.map((_, row) => numbers.slice(row * width!, (row + 1) * width!));
}

/** Of the model, on its server. */
const pathOf = (model: Model): URL =>
  new URL(`v2/models/${model.model.split("/").map(encodeURIComponent).join("/")}`, serverAddress(model));

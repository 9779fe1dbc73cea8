import assert from "node:assert/strict";
import { test } from "node:test";

import { chosenWeights, precisionOf, weightsIn } from "../../src/engine/hub/encoderFiles.ts";
import { EmbedError } from "../../src/protocol/errors.ts";

const filesOf = (paths: readonly string[], wanted?: string, modules?: readonly string[]): Record<string, string> =>
  Object.fromEntries(chosenWeights("place", weightsIn("place", paths, modules), wanted).files);

test("only what belongs to the chosen weights is taken, with the publisher's settings", () => {
  const settings = [
    "README.md",
    "config.json",
    "modules.json",
    "reference_vectors.json",
    "tokenizer.json",
    "vocab.txt",
    "1_Pooling/config.json",
  ];
  const dense = ["2_Dense/config.json", "2_Dense/model.safetensors"];
  const paths = [
    ...settings,
    ...dense,
    "2_Dense/pytorch_model.bin",
    "model.safetensors",
    "pytorch_model.bin",
    "openvino/config.json",
    "checkpoint/model.safetensors",
    "onnx/config.json",
    "onnx/model.onnx",
    "onnx/model.onnx_data",
    "onnx/model_fp16.onnx",
    "onnx/model_fp16.onnx_data",
    "onnx/model_fp16.onnx_data_1",
  ];
  const same = Object.fromEntries([...settings, ...dense].map((name) => [name, name]));
  assert.deepEqual(filesOf(paths), {
    ...same,
    "onnx/model.onnx": "onnx/model.onnx",
    "onnx/model.onnx_data": "onnx/model.onnx_data",
  });
  const half = ["onnx/model_fp16.onnx", "onnx/model_fp16.onnx_data", "onnx/model_fp16.onnx_data_1"];
  assert.deepEqual(filesOf(paths, "model_fp16.onnx"), { ...same, ...Object.fromEntries(half.map((name) => [name, name])) });
  assert.deepEqual(filesOf(paths, "model.safetensors"), { ...same, "model.safetensors": "model.safetensors" });
});

test("a network in a folder of its own is laid where all others have theirs", () => {
  const paths = ["config.json", "modules.json", "1_Pooling/config.json"];
  const network = ["config.json", "tokenizer.json", "sentence_bert_config.json", "vocab.txt"];
  const moved = Object.fromEntries(network.map((name) => [`0_Transformer/${name}`, name]));
  const files = filesOf([...paths, ...Object.keys(moved), "0_Transformer/model.safetensors"]);
  assert.deepEqual(files, {
    "modules.json": "modules.json",
    "1_Pooling/config.json": "1_Pooling/config.json",
    ...moved,
    "0_Transformer/model.safetensors": "model.safetensors",
  });
  const exported = filesOf([...paths, ...Object.keys(moved), "0_Transformer/onnx/model.onnx"]);
  assert.equal(exported["0_Transformer/onnx/model.onnx"], "onnx/model.onnx");
});

test("modules are found by the places that modules.json names", () => {
  const paths = ["tokenizer.json", "modules.json", "model.onnx", "pool/config.json", "a/b/config.json", "a/b/model.safetensors"];
  const files = filesOf(paths, undefined, ["", "pool", "a/b"]);
  assert.deepEqual(Object.keys(files).sort(), [...paths].sort());
  assert.equal(filesOf(paths)["pool/config.json"], undefined);
});

test("tensors in files of any name belong to a model that is alone in its folder", () => {
  const tensors = ["weights.bin", "encoder.layer.0.attention.self.query.weight", "onnx__MatMul_12", "all.data"];
  const files = filesOf(["tokenizer.json", "bare.onnx", ...tensors, "pytorch_model.bin", "notes.txt", "training_args.bin"]);
  for (const name of tensors) assert.equal(files[name], `onnx/${name}`);
  assert.equal(files["bare.onnx"], "onnx/model.onnx");
  assert.equal(Object.keys(files).length, 2 + tensors.length);
  assert.equal(filesOf(["tokenizer.json", "model.onnx", "other.onnx", "weights.bin"])["weights.bin"], undefined);
});

test("names of files tell the precision as far as it is known here", () => {
  const known = {
    model_O3: "fp32",
    model_O4: "fp16",
    model_qint8_avx512_vnni: "int8",
    model_quint8_avx2: "int8",
    model_q4f16: "q4",
  };
  for (const [name, precision] of Object.entries(known)) assert.equal(precisionOf(`onnx/${name}.onnx`), precision, name);
  for (const name of ["model_bf16", "model_q2", "model_q1f16", "model_fp8"])
    assert.equal(precisionOf(`${name}.onnx`), "other", name);
});

test("without a tokenizer that can be read it says how to get one", () => {
  const refusal = (paths: readonly string[]): string => {
    try {
      weightsIn("place", paths);
    } catch (error) {
      if (error instanceof EmbedError) return `${error.data.message} ${error.data.hint ?? ""}`;
    }
    return "";
  };
  assert.match(refusal(["model.onnx", "sentencepiece.bpe.model"]), /no tokenizer\.json.*save_pretrained/);
  assert.match(refusal(["model.onnx"]), /no tokenizer\.json.*Use the publisher's repository/);
  assert.equal(refusal(["model.onnx", "vocab.txt"]), "");
});

"""Makes data/layouts.json: tiny random models in the layouts that publishers use, and the vectors of their own library.

Run it in a virtual environment that holds torch (CPU is enough), sentence-transformers 6, onnx, onnxscript and onnxruntime:
    python make_layout_goldens.py data/layouts.json
Files are saved by sentence-transformers wherever it still writes them; what only its older versions wrote is put in their form
here, after their vectors were made by loading that very folder. The ONNX files are torch.onnx's of the same network.
"""

import base64
import hashlib
import json
import shutil
import sys
import tempfile
from pathlib import Path

import numpy as np
import onnx
import torch
from onnxruntime.quantization import QuantType, quantize_dynamic
from onnxruntime.quantization.matmul_bnb4_quantizer import MatMulBnb4Quantizer
from onnxruntime.quantization.matmul_nbits_quantizer import MatMulNBitsQuantizer
from onnxruntime.transformers.float16 import convert_float_to_float16
from onnxruntime.transformers.fusion_options import FusionOptions
from onnxruntime.transformers.optimizer import optimize_model
from onnx import TensorProto, helper
from sentence_transformers import SentenceTransformer
from sentence_transformers.base.modules import Dense, Normalize
from sentence_transformers.sentence_transformer.modules import LayerNorm, Pooling, StaticEmbedding, Transformer
from tokenizers import Tokenizer
from transformers import BertConfig, BertModel, BertTokenizerFast

TEXTS = [
    "the cat sat on the mat",
    "The Cat SAT, on the mat!",
    "Élan vital: a naïve café",
    "def add(a, b): return a + b",
    "",
    "a " * 60,
    "漢字 and 仮名",
    "query: the cat sat",
]
WIDTH = 16
MOST_TOKENS = 40

torch.manual_seed(5)
work = Path(tempfile.mkdtemp())
layouts = {}
blobs = {}


def words(lower):
    own = "the cat sat on mat and def add return a b query vital naive cafe elan The Cat SAT".split()
    letters = [chr(c) for c in range(33, 127)]
    every = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", *own, *letters, *["##" + c for c in "abcdefghijklmnopqrstuvwxyz"], "漢", "é"]
    return [w for w in dict.fromkeys(every) if not lower or w == w.lower() or w.startswith("[")]


def tokenizer(folder, lower, **settings):
    folder.mkdir(parents=True, exist_ok=True)
    vocab = folder / "vocab.txt"
    vocab.write_text("\n".join(words(lower)) + "\n", encoding="utf8")
    made = BertTokenizerFast(str(vocab), do_lower_case=lower, model_max_length=MOST_TOKENS, **settings)
    made.save_pretrained(folder)
    if not vocab.exists():
        vocab.write_text("\n".join(words(lower)) + "\n", encoding="utf8")


config = BertConfig(
    vocab_size=len(words(False)),
    hidden_size=WIDTH,
    num_hidden_layers=1,
    num_attention_heads=2,
    intermediate_size=WIDTH,
    max_position_embeddings=MOST_TOKENS,
    attn_implementation="eager",
)
bert = BertModel(config, add_pooling_layer=False).eval()
with torch.no_grad():
    for parameter in bert.parameters():
        parameter.copy_(torch.randn_like(parameter) * 0.4)
network = work / "network"
bert.save_pretrained(network)


class States(torch.nn.Module):
    def forward(self, input_ids, attention_mask, token_type_ids):
        return bert(input_ids, attention_mask=attention_mask, token_type_ids=token_type_ids).last_hidden_state


class Pipeline(torch.nn.Module):
    """What optimum exports of a whole sentence-transformers model."""

    def forward(self, input_ids, attention_mask, token_type_ids):
        states = bert(input_ids, attention_mask=attention_mask, token_type_ids=token_type_ids).last_hidden_state
        mask = attention_mask.unsqueeze(-1).to(states.dtype)
        vector = (states * mask).sum(1) / mask.sum(1).clamp(min=1e-9)
        return states, torch.nn.functional.normalize(vector, dim=-1)


class Positions(torch.nn.Module):
    def forward(self, input_ids, position_ids, attention_mask):
        return bert(input_ids, attention_mask=attention_mask, position_ids=position_ids).last_hidden_state


def export(module, inputs, outputs, dtype=torch.int64):
    example = tuple(torch.ones((2, 5), dtype=dtype) for _ in inputs)
    axes = tuple({0: torch.export.Dim("batch"), 1: torch.export.Dim("sequence")} for _ in inputs)
    file = work / "export.onnx"
    torch.onnx.export(
        module.eval(),
        example,
        str(file),
        input_names=inputs,
        output_names=outputs,
        dynamic_shapes=axes,
        opset_version=18,
        dynamo=True,
        external_data=False,
        verbose=False,
    )
    model = onnx.load(str(file))
    # Traces of the exporter's own code: of no use, and most of the file.
    for part in [model, model.graph, *model.graph.node, *model.graph.value_info, *model.graph.input, *model.graph.output]:
        if hasattr(part, "metadata_props"):
            del part.metadata_props[:]
        if hasattr(part, "doc_string"):
            part.doc_string = ""
    del model.graph.value_info[:]
    return model


INPUTS = ["input_ids", "attention_mask", "token_type_ids"]
states = export(States(), INPUTS, ["last_hidden_state"])
pipeline = export(Pipeline(), INPUTS, ["token_embeddings", "sentence_embedding"])
positions = export(Positions(), ["input_ids", "position_ids", "attention_mask"], ["output_0"], torch.int32)


def save_onnx(model, file, data=None):
    file.parent.mkdir(parents=True, exist_ok=True)
    copy = onnx.ModelProto()
    copy.CopyFrom(model)
    if data is None:
        onnx.save(copy, str(file))
    else:
        onnx.save(copy, str(file), save_as_external_data=True, location=data, size_threshold=1024)


def halved(model):
    """Weights in half precision and a half-precision output, arithmetic as it was."""
    copy = onnx.ModelProto()
    copy.CopyFrom(model)
    graph = copy.graph
    casts = []
    for tensor in graph.initializer:
        if tensor.data_type != TensorProto.FLOAT or np.prod(tensor.dims) < 64:
            continue
        values = onnx.numpy_helper.to_array(tensor).astype(np.float16)
        name = tensor.name
        tensor.CopyFrom(onnx.numpy_helper.from_array(values, name + ".half"))
        casts.append(helper.make_node("Cast", [name + ".half"], [name], to=TensorProto.FLOAT))
    output = graph.output[0]
    own = output.name
    for node in graph.node:
        for at, name in enumerate(node.output):
            if name == own:
                node.output[at] = own + ".single"
    nodes = [*casts, *graph.node, helper.make_node("Cast", [own + ".single"], [own], to=TensorProto.FLOAT16)]
    del graph.node[:]
    graph.node.extend(nodes)
    output.type.tensor_type.elem_type = TensorProto.FLOAT16
    return copy


def transformer(lower=True, **settings):
    folder = work / "transformer"
    shutil.rmtree(folder, ignore_errors=True)
    shutil.copytree(network, folder)
    tokenizer(folder, lower)
    return Transformer(str(folder), **settings)


def randomised(module):
    with torch.no_grad():
        for parameter in module.parameters():
            parameter.copy_(torch.randn_like(parameter) * 0.5)
    return module


def saved(name, modules, **settings):
    folder = work / name
    model = SentenceTransformer(modules=modules, device="cpu", **settings)
    model.save(str(folder), create_model_card=False)
    return folder


def write(file, value):
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(json.dumps(value, indent=1), encoding="utf8")


def keep(name, folder, drop=(), encode={}, **more):
    """The files of a folder, and the vectors that the library gives when it loads it."""
    vectors = SentenceTransformer(str(folder), device="cpu").encode(TEXTS, **encode)
    vectors = vectors.astype("<f4")
    files = {}
    for file in sorted(folder.rglob("*")):
        path = file.relative_to(folder).as_posix()
        if not file.is_file() or path in drop:
            continue
        content = file.read_bytes()
        digest = hashlib.sha256(content).hexdigest()[:12]
        blobs[digest] = base64.b64encode(content).decode()
        files[path] = digest
    layouts[name] = {"files": files, "width": vectors.shape[1], "vectors": base64.b64encode(vectors.tobytes()).decode(), **more}


WEIGHTS = ("model.safetensors", "0_Transformer/model.safetensors")

# As version 6 saves it.
folder = saved("new", [transformer(), Pooling(WIDTH, "mean"), Normalize()])
save_onnx(states, folder / "onnx/model.onnx")
keep("new spelling", folder, WEIGHTS, pooling="mean", normalized=True)

# As version 2 saved it: booleans, old names, the network in a folder of its own, lower case before a cased tokenizer.
folder = work / "old"
network_folder = folder / "0_Transformer"
shutil.copytree(network, network_folder)
tokenizer(network_folder, False)
write(network_folder / "sentence_bert_config.json", {"max_seq_length": 12, "do_lower_case": True})
OLD = ["cls_token", "max_tokens", "mean_tokens", "mean_sqrt_len_tokens", "weightedmean_tokens", "lasttoken"]
write(
    folder / "1_Pooling/config.json",
    {"word_embedding_dimension": WIDTH, **{f"pooling_mode_{mode}": mode == "max_tokens" for mode in OLD}},
)
write(
    folder / "modules.json",
    [
        {"idx": 0, "name": "0", "path": "0_Transformer", "type": "sentence_transformers.models.Transformer"},
        {"idx": 1, "name": "1", "path": "1_Pooling", "type": "sentence_transformers.models.Pooling"},
    ],
)
write(folder / "config.json", {"__version__": "2.0.0"})
save_onnx(states, network_folder / "onnx/model.onnx")
keep("old spelling", folder, WEIGHTS, pooling="max", normalized=False, maxTokens=12)

# The same from its safetensors.
shutil.rmtree(network_folder / "onnx")
keep("old spelling, safetensors", folder, pooling="max", normalized=False, maxTokens=12)

# All old booleans at once: laid end to end in the library's order.
folder = saved("all", [transformer(), Pooling(WIDTH, "mean")])
write(folder / "1_Pooling/config.json", {"word_embedding_dimension": WIDTH, **{f"pooling_mode_{m}": True for m in reversed(OLD)}})
save_onnx(states, folder / "model.onnx")
keep("old booleans together", folder, WEIGHTS, pooling="cls+max+mean+meansqrt+weightedmean+last", normalized=False)

# A list of the new names keeps its own order.
folder = saved("list", [transformer(), Pooling(WIDTH, ["lasttoken", "cls"]), Normalize()])
save_onnx(states, folder / "onnx/model_O2.onnx")
keep("new list", folder, WEIGHTS, pooling="last+cls", normalized=True)

# Normalising between dense layers, and none at the end.
dense = randomised(Dense(WIDTH, 24)), randomised(Dense(24, 8, bias=False, activation_function=None))
folder = saved("dense", [transformer(), Pooling(WIDTH, "weightedmean"), dense[0], Normalize(), dense[1]])
save_onnx(states, folder / "onnx/model.onnx")
keep("normalise before dense", folder, WEIGHTS, pooling="weightedmean", normalized=False)

shutil.rmtree(folder / "onnx")
keep("normalise before dense, safetensors", folder, pooling="weightedmean", normalized=False)

# Residuals, other activations, a layer norm; folders that are not called as the library calls them.
more = [
    randomised(Dense(WIDTH, WIDTH, activation_function=torch.nn.GELU(), use_residual=True)),
    randomised(Dense(WIDTH, 12, activation_function=torch.nn.SiLU(), use_residual=True)),
    randomised(LayerNorm(12)),
]
folder = saved("residual", [transformer(), Pooling(WIDTH, "cls"), *more, Normalize()])
listed = json.loads((folder / "modules.json").read_text())
for module, place in zip(listed[1:], ["how/to-pool", "first", "second", "norm", "last"]):
    (folder / place).parent.mkdir(exist_ok=True)
    if (folder / module["path"]).exists():
        shutil.move(folder / module["path"], folder / place)
    module["path"] = place
write(folder / "modules.json", listed)
save_onnx(states, folder / "onnx/model.onnx")
keep("residuals and a norm", folder, WEIGHTS, pooling="cls", normalized=True)

# A prompt that is read and not pooled.
prompts = {"query": "query: the ", "document": ""}
folder = saved(
    "prompt",
    [transformer(), Pooling(WIDTH, ["cls", "mean", "weightedmean"], include_prompt=False)],
    prompts=prompts,
    default_prompt_name="query",
)
save_onnx(states, folder / "onnx/model.onnx")
keep("prompt left out", folder, WEIGHTS, pooling="cls+mean+weightedmean", normalized=False, prompts=prompts)

# Cut after scaling: the vectors are not of unit length any more.
folder = saved("cut", [transformer(), Pooling(WIDTH, "mean"), Normalize()], truncate_dim=5, similarity_fn_name="dot")
save_onnx(states, folder / "onnx/model.onnx")
keep("cut to dimensions", folder, WEIGHTS, pooling="mean", normalized=False)

# No list of modules: the library takes the mean.
folder = work / "plain"
shutil.copytree(network, folder)
tokenizer(folder, True)
save_onnx(states, folder / "onnx/model.onnx", data="model.onnx_data")
keep("no modules, external data", folder, WEIGHTS, pooling="mean", normalized=False)

# A bare ONNX with its weights in a file of any name, other names of inputs and outputs, and a list of words.
folder = work / "bare"
shutil.copytree(network, folder)
tokenizer(folder, False, strip_accents=True)
save_onnx(positions, folder / "encoder.onnx", data="weights.bin")
keep("bare model with vocab.txt", folder, (*WEIGHTS, "tokenizer.json"), pooling="mean", normalized=False, open="encoder.onnx")

# A graph that does all of it.
folder = saved("pipeline", [transformer(), Pooling(WIDTH, "mean"), Normalize()])
save_onnx(pipeline, folder / "onnx/model.onnx")
keep(
    "finished vectors",
    folder,
    (*WEIGHTS, "modules.json", "1_Pooling/config.json", "2_Normalize/config.json"),
    pooling="graph",
    normalized=False,
)

# Half precision inside and out.
folder = saved("half", [transformer(), Pooling(WIDTH, "mean"), Normalize()])
save_onnx(halved(states), folder / "onnx/model_fp16.onnx")
keep("half precision", folder, WEIGHTS, pooling="mean", normalized=True, tolerance=2e-3)

# A table of tokens, from its safetensors.
tokenizer(work / "words", True)
table = StaticEmbedding(Tokenizer.from_file(str(work / "words/tokenizer.json")), embedding_dim=12)
randomised(table)
folder = saved("static", [table, randomised(Dense(12, 10)), Normalize()])
keep("static table", folder, pooling="mean", normalized=True)
listed = json.loads((folder / "modules.json").read_text())
listed[0].update(path="0_StaticEmbedding", type="sentence_transformers.models.StaticEmbedding")
(folder / "0_StaticEmbedding").mkdir(exist_ok=True)
for name in ["model.safetensors", "tokenizer.json"]:
    shutil.move(folder / name, folder / "0_StaticEmbedding" / name)
write(folder / "modules.json", listed)
keep("static table in a folder", folder, pooling="mean", normalized=True)

# What onnxruntime's own tools make of a network: fused operators, and fewer bits by each of their ways.
source = str(work / "source.onnx")
onnx.save(states, source)


def fused(file):
    options = FusionOptions("bert")
    options.enable_gelu_approximation = True
    optimize_model(source, "bert", num_heads=2, hidden_size=WIDTH, optimization_options=options, opt_level=1).save_model_to_file(file)


def four_bits(file, model):
    quantiser = MatMulNBitsQuantizer(model, block_size=16, is_symmetric=True)
    quantiser.process()
    quantiser.model.save_model_to_file(file)


def bitsandbytes(file):
    quantiser = MatMulBnb4Quantizer(onnx.load(source), 1, 16)
    quantiser.process()
    quantiser.model.save_model_to_file(file)


MADE = {
    "model_O3": (fused, 0.9999),
    "model_q4f16": (lambda file: four_bits(file, convert_float_to_float16(onnx.load(source))), 0.99),
    "model_bnb4": (bitsandbytes, 0.99),
    "model_quantized": (
        lambda file: quantize_dynamic(source, file, weight_type=QuantType.QInt8, extra_options={"DefaultTensorType": 1}),
        0.999,
    ),
}
for name, (make, cosine) in MADE.items():
    folder = saved(name, [transformer(), Pooling(WIDTH, "mean"), Normalize()])
    (folder / "onnx").mkdir()
    make(str(folder / f"onnx/{name}.onnx"))
    keep(name, folder, WEIGHTS, pooling="mean", normalized=True, cosine=cosine)

out = {"texts": TEXTS, "layouts": layouts, "blobs": {digest: blobs[digest] for one in layouts.values() for digest in one["files"].values()}}
Path(sys.argv[1]).write_text(json.dumps(out, ensure_ascii=False, indent=1) + "\n", encoding="utf8")

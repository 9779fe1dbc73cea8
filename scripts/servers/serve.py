"""Runs a server of embeddings: serve.py infinity|mlserver MODEL_FOLDER PORT WORK_FOLDER KEY.

It lives as long as standard input is open: whoever started it leaves no server behind, however that one ends.
"""

import json
import os
import signal
import sys
import threading


def end_with_parent():
    sys.stdin.read()
    os.kill(os.getpid(), signal.SIGKILL)


def infinity(model, port, folder, key):
    """OpenAI's protocol. Its own engines need torch, which is some GB; the one it keeps for debugging takes any function."""
    from infinity_emb.cli import cli
    from infinity_emb.transformer.embedder.dummytransformer import DummyTransformer
    from minilm import MiniLM

    encode = MiniLM(model)
    DummyTransformer.encode_core = lambda self, texts: encode(texts)
    sys.argv = [
        "infinity_emb", "v2", "--engine", "debugengine", "--device", "cpu", "--no-bettertransformer", "--no-model-warmup",
        "--model-id", model, "--served-model-name", "minilm", "--url-prefix", "/v1", "--api-key", key,
        "--host", "127.0.0.1", "--port", port,
    ]  # fmt: skip
    cli()


def mlserver(model, port, folder, key):
    """The Open Inference Protocol, with one model that says what its tensors are and one that does not. It knows no keys."""
    from mlserver.cli import main

    tensors = {
        "inputs": [{"name": "sentences", "datatype": "BYTES", "shape": [-1, 1]}],
        "outputs": [{"name": "embedding", "datatype": "FP32", "shape": [-1, 384]}],
    }
    for name, told in {"minilm": tensors, "untold": {}}.items():
        write(os.path.join(folder, name, "model-settings.json"), {
            "name": name, "implementation": "runtime.Embed", "parameters": {"uri": model}, **told,
        })  # fmt: skip
    # Port 0: only the one that is asked for is wanted.
    write(os.path.join(folder, "settings.json"), {
        "host": "127.0.0.1", "http_port": int(port), "grpc_port": 0, "metrics_endpoint": None, "parallel_workers": 0,
    })  # fmt: skip
    os.chdir(folder)
    sys.argv = ["mlserver", "start", folder]
    main()


def write(file_name, content):
    os.makedirs(os.path.dirname(file_name), exist_ok=True)
    with open(file_name, "w", encoding="utf-8") as file:
        json.dump(content, file)


threading.Thread(target=end_with_parent, daemon=True).start()
{"infinity": infinity, "mlserver": mlserver}[sys.argv[1]](*sys.argv[2:])

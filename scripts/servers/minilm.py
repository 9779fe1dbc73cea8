"""all-MiniLM-L6-v2 by ONNX Runtime for Python, for servers that bring no runtime of their own that is small."""

import os

import numpy as np
import onnxruntime
from tokenizers import Tokenizer

MAX_TOKENS = 256


class MiniLM:
    def __init__(self, folder):
        self.tokenizer = Tokenizer.from_file(os.path.join(folder, "tokenizer.json"))
        self.tokenizer.enable_truncation(MAX_TOKENS)
        self.tokenizer.enable_padding()
        self.session = onnxruntime.InferenceSession(os.path.join(folder, "onnx", "model.onnx"))

    def __call__(self, texts):
        """[texts, 384], each row the mean over the text's tokens, of unit length."""
        encodings = self.tokenizer.encode_batch(list(texts))
        ids = np.array([encoding.ids for encoding in encodings], dtype=np.int64)
        mask = np.array([encoding.attention_mask for encoding in encodings], dtype=np.int64)
        feeds = {"input_ids": ids, "attention_mask": mask, "token_type_ids": np.zeros_like(ids)}
        states = self.session.run(["last_hidden_state"], feeds)[0]
        weights = mask[..., None].astype(np.float32)
        means = (states * weights).sum(axis=1) / weights.sum(axis=1)
        return means / np.linalg.norm(means, axis=1, keepdims=True)

"""MiniLM as a model of mlserver, which speaks the Open Inference Protocol."""

from minilm import MiniLM
from mlserver import MLModel
from mlserver.codecs import NumpyCodec, StringCodec
from mlserver.types import InferenceResponse


class Embed(MLModel):
    async def load(self):
        self.encode = MiniLM(self.settings.parameters.uri)
        return True

    async def predict(self, payload):
        vectors = self.encode(StringCodec.decode_input(payload.inputs[0]))
        return InferenceResponse(model_name=self.name, outputs=[NumpyCodec.encode_output("embedding", vectors)])

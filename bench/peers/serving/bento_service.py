"""BentoML + onnxruntime over the same file: an async method, rows checked by the same pydantic model as FastAPI's."""

import os
import uuid

import bentoml
import onnxruntime as ort

from steel_row import Row, feeds_of

options = ort.SessionOptions()
options.intra_op_num_threads = 1
options.inter_op_num_threads = 1


@bentoml.service(workers=1, logging={"access": {"enabled": False}}, traffic={"timeout": 60})
class Steel:
    def __init__(self) -> None:
        self.session = ort.InferenceSession(os.environ["MODEL"], options, providers=["CPUExecutionProvider"])

    @bentoml.api
    async def predict(self, row: Row) -> dict:
        value = float(self.session.run(["prediction"], feeds_of(row))[0][0, 0])
        return {"predictions": [{"id": str(uuid.uuid4()), "value": value, "modelVersion": "1.0.0"}]}

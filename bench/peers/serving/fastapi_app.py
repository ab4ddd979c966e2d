"""FastAPI + onnxruntime over the same file: an async handler, rows checked by pydantic."""

import os
import uuid

import onnxruntime as ort
from fastapi import FastAPI
from pydantic import BaseModel

from steel_row import Row, feeds_of

options = ort.SessionOptions()
options.intra_op_num_threads = 1
options.inter_op_num_threads = 1
session = ort.InferenceSession(os.environ["MODEL"], options, providers=["CPUExecutionProvider"])
app = FastAPI()


class Prediction(BaseModel):
    id: str
    value: float
    modelVersion: str


class Answer(BaseModel):
    predictions: list[Prediction]


@app.get("/health")
async def health() -> dict[str, str]:
    return {"status": "ok"}


@app.post("/predict")
async def predict(row: Row) -> Answer:
    value = float(session.run(["prediction"], feeds_of(row))[0][0, 0])
    return Answer(predictions=[Prediction(id=str(uuid.uuid4()), value=value, modelVersion="1.0.0")])

"""Writes the ONNX file as an MLflow model whose signature `mlflow models serve` checks inputs by."""

import os
import shutil

import mlflow
import numpy as np
import onnx
from mlflow.models import ModelSignature
from mlflow.types import Schema, TensorSpec

model = onnx.load(os.environ["MODEL"])
text = onnx.TensorProto.STRING
inputs = Schema(
    [
        TensorSpec(np.dtype("O" if tensor.type.tensor_type.elem_type == text else "float64"), (-1, 1), tensor.name)
        for tensor in model.graph.input
    ]
)
shutil.rmtree(os.environ["TARGET"], ignore_errors=True)
mlflow.onnx.save_model(model, os.environ["TARGET"], signature=ModelSignature(inputs=inputs))

"""Calls /v2 with tritonclient[http] as it comes from PyPI: binary tensors both ways, its default, then JSON.

Reads {"url", "model", "columns": [{"name", "kind"}], "rows": [{column: value}]} from standard input, writes what it
was answered.
"""

import json
import sys

import numpy as np
import tritonclient.http as triton

given = json.load(sys.stdin)
model, rows = given["model"], given["rows"]
headers = {"authorization": f"Bearer {given['key']}"} if "key" in given else None
client = triton.InferenceServerClient(given["url"].removeprefix("http://"))


def tensors(binary: bool) -> list:
    inputs = []
    for column in given["columns"]:
        cells = [row[column["name"]] for row in rows]
        is_number = column["kind"] == "number"
        array = np.array(cells, dtype=np.float64 if is_number else np.object_).reshape(-1, 1)
        tensor = triton.InferInput(column["name"], list(array.shape), "FP64" if is_number else "BYTES")
        tensor.set_data_from_numpy(array, binary_data=binary)
        inputs.append(tensor)
    return inputs


def values(result, name: str) -> list:
    return result.as_numpy(name).reshape(-1).tolist()


by_default = client.infer(model, tensors(True), headers=headers, request_id="triton-1")
asked_for = [triton.InferRequestedOutput("prediction", binary_data=True), triton.InferRequestedOutput("id")]
named = client.infer(model, tensors(True), outputs=asked_for, headers=headers)
as_json = client.infer(
    model, tensors(False), outputs=[triton.InferRequestedOutput("prediction", binary_data=False)], headers=headers
)
version = by_default.get_response()["model_version"]
pinned = client.infer(model, tensors(True), model_version=version, headers=headers)
compressed = client.infer(model, tensors(True), headers=headers, request_compression_algorithm="gzip")
try:
    client.infer("no-such-model", tensors(True), headers=headers)
    refused = ""
except triton.InferenceServerException as error:
    refused = error.message()

json.dump(
    {
        "live": client.is_server_live(headers=headers),
        "ready": client.is_server_ready(headers=headers),
        "modelReady": client.is_model_ready(model, headers=headers),
        "versionReady": client.is_model_ready(model, version, headers=headers),
        "server": client.get_server_metadata(headers=headers),
        "metadata": client.get_model_metadata(model, headers=headers),
        "requestId": by_default.get_response()["id"],
        "predictions": {
            "by default": values(by_default, "prediction"),
            "named": values(named, "prediction"),
            "as JSON": values(as_json, "prediction"),
            "pinned": values(pinned, "prediction"),
            "compressed": values(compressed, "prediction"),
        },
        "ids": [text.decode() for text in values(named, "id")],
        "refused": refused,
    },
    sys.stdout,
)

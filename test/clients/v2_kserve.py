"""Calls /v2 with the KServe SDK's inference client as it comes from PyPI, with JSON and with binary tensors.

Reads {"url", "model", "columns": [{"name", "kind"}], "rows": [{column: value}]} from standard input, writes what it
was answered.
"""

import asyncio
import json
import sys

import httpx
import numpy as np
from kserve import InferenceRESTClient, InferInput, InferRequest, RESTConfig

given = json.load(sys.stdin)
url, model, rows = given["url"], given["model"], given["rows"]
headers = {"authorization": f"Bearer {given['key']}"} if "key" in given else {}


def request(binary: bool) -> InferRequest:
    inputs = []
    for column in given["columns"]:
        cells = [row[column["name"]] for row in rows]
        is_number = column["kind"] == "number"
        array = np.array(cells, dtype=np.float64 if is_number else np.object_).reshape(-1, 1)
        tensor = InferInput(column["name"], list(array.shape), "FP64" if is_number else "BYTES")
        tensor.set_data_from_numpy(array, binary_data=binary)
        inputs.append(tensor)
    return InferRequest(model, inputs, request_id="kserve-1")


async def predictions(client: InferenceRESTClient, binary: bool) -> list:
    answer = await client.infer(url, request(binary), model_name=model, headers=dict(headers))
    assert answer.id == "kserve-1"
    return answer.get_output_by_name("prediction").as_numpy().reshape(-1).tolist()


async def main() -> None:
    async with InferenceRESTClient(RESTConfig(protocol="v2")) as client:
        refused = ""
        try:
            await client.infer(url, request(False), model_name="no-such-model", headers=dict(headers))
        except httpx.HTTPStatusError as error:
            refused = str(error)
        json.dump(
            {
                "live": await client.is_server_live(url, headers=headers),
                "ready": await client.is_server_ready(url, headers=headers),
                "modelReady": await client.is_model_ready(url, model, headers=headers),
                "predictions": {
                    "as JSON": await predictions(client, False),
                    "binary": await predictions(client, True),
                },
                "refused": refused,
            },
            sys.stdout,
        )


asyncio.run(main())

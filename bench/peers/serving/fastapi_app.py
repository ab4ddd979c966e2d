"""FastAPI + onnxruntime over the same file: an async handler, rows checked by pydantic."""

import os
import uuid
from typing import Literal

import numpy as np
import onnxruntime as ort
from fastapi import FastAPI
from pydantic import BaseModel, ConfigDict, Field

options = ort.SessionOptions()
options.intra_op_num_threads = 1
options.inter_op_num_threads = 1
session = ort.InferenceSession(os.environ["MODEL"], options, providers=["CPUExecutionProvider"])
app = FastAPI()


class Row(BaseModel):
    model_config = ConfigDict(extra="forbid")
    lagging_kvarh: float | None = Field(None, alias="Lagging_Current_Reactive.Power_kVarh", ge=0, le=3.4e38)
    leading_kvarh: float | None = Field(None, alias="Leading_Current_Reactive_Power_kVarh", ge=0, le=3.4e38)
    co2: float | None = Field(None, alias="CO2(tCO2)", ge=0, le=3.4e38)
    lagging_pf: float | None = Field(None, alias="Lagging_Current_Power_Factor", ge=0, le=100)
    leading_pf: float | None = Field(None, alias="Leading_Current_Power_Factor", ge=0, le=100)
    nsm: float = Field(alias="NSM", ge=0, le=86_399)
    week_status: Literal["Weekday", "Weekend"] = Field(alias="WeekStatus")
    weekday: Literal["Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"] = Field(
        alias="Day_of_week"
    )
    load: Literal["Light_Load", "Medium_Load", "Maximum_Load"] | None = Field(None, alias="Load_Type")


class Prediction(BaseModel):
    id: str
    value: float
    modelVersion: str


class Answer(BaseModel):
    predictions: list[Prediction]


def number(value: float | None) -> np.ndarray:
    return np.array([[np.nan if value is None else value]])


def text(value: str | None) -> np.ndarray:
    return np.array([[value or ""]], dtype=object)


@app.get("/health")
async def health() -> dict[str, str]:
    return {"status": "ok"}


@app.post("/predict")
async def predict(row: Row) -> Answer:
    feeds = {
        "Lagging_Current_Reactive.Power_kVarh": number(row.lagging_kvarh),
        "Leading_Current_Reactive_Power_kVarh": number(row.leading_kvarh),
        "CO2(tCO2)": number(row.co2),
        "Lagging_Current_Power_Factor": number(row.lagging_pf),
        "Leading_Current_Power_Factor": number(row.leading_pf),
        "NSM": number(row.nsm),
        "WeekStatus": text(row.week_status),
        "Day_of_week": text(row.weekday),
        "Load_Type": text(row.load),
    }
    value = float(session.run(["prediction"], feeds)[0][0, 0])
    return Answer(predictions=[Prediction(id=str(uuid.uuid4()), value=value, modelVersion="1.0.0")])

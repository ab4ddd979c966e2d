"""A row of the steel pipeline as Python servers check it, and as the model takes it."""

from typing import Literal

import numpy as np
from pydantic import BaseModel, ConfigDict, Field


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


def number(value: float | None) -> np.ndarray:
    return np.array([[np.nan if value is None else value]])


def text(value: str | None) -> np.ndarray:
    return np.array([[value or ""]], dtype=object)


def feeds_of(row: Row) -> dict[str, np.ndarray]:
    return {
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

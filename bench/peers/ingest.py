"""Peer of bench:ingest: the parsing and checks of the steel pipeline in pandas, without repairs."""

import json
import resource
import sys
import time

import numpy as np
import pandas as pd

MISSING = ["error", "?", "N/A", "invalid", "NULL", "NAN"]
H = 0.005
K = 0.4584e-3
NUMBERS = {
    "Usage_kWh": 250,
    "Lagging_Current_Reactive.Power_kVarh": 250,
    "Leading_Current_Reactive_Power_kVarh": 250,
    "CO2(tCO2)": np.inf,
    "Lagging_Current_Power_Factor": 100,
    "Leading_Current_Power_Factor": 100,
    "NSM": 86399,
}
DAYS = ["Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"]


def energy(q, pf):
    with np.errstate(all="ignore"):
        p = np.maximum(q, 0) / np.sqrt(np.maximum((100 / np.maximum(pf, 1e-9)) ** 2 - 1, 0))
    return np.where(pf >= 100, np.inf, p)


def main(path, target):
    started = time.perf_counter()
    raw = pd.read_csv(path, dtype=str, keep_default_na=False)
    table = pd.DataFrame(index=raw.index)
    words = {word.lower() for word in MISSING} | {""}
    text = {name: raw[name].str.strip() for name in raw.columns}
    date = pd.to_datetime(text["date"], format="%d/%m/%Y %H:%M", errors="coerce")
    midnight = (date.dt.hour == 0) & (date.dt.minute == 0)
    table["date"] = date + pd.to_timedelta(np.where(midnight, 1, 0), unit="D")
    for name, most in NUMBERS.items():
        lowered = text[name].str.lower()
        value = pd.to_numeric(text[name].where(~lowered.isin(words)), errors="coerce")
        table[name] = value.where((value >= 0) & (value <= most))
    for name in ["WeekStatus", "Day_of_week", "Load_Type"]:
        table[name] = text[name].str.lower()

    usage = table["Usage_kWh"].to_numpy()
    good = np.ones(len(table), bool)
    for q, pf in (
        ("Lagging_Current_Reactive.Power_kVarh", "Lagging_Current_Power_Factor"),
        ("Leading_Current_Reactive_Power_kVarh", "Leading_Current_Power_Factor"),
    ):
        q, pf = table[q].to_numpy(), table[pf].to_numpy()
        good &= (energy(q - H, pf - H) <= usage + H) & (usage - H <= energy(q + H, pf + H))
    co2 = table["CO2(tCO2)"].to_numpy()
    good &= (np.abs(co2 - K * usage) <= H + K * H) | ((co2 == 0) & (usage >= 11))
    clock = table["date"].dt
    good &= (table["NSM"] == clock.hour * 3600 + clock.minute * 60).to_numpy()
    day = (table["date"] - pd.Timedelta(minutes=15)).dt.dayofweek
    good &= (table["Day_of_week"] == day.map(dict(enumerate(d.lower() for d in DAYS)))).to_numpy()
    good &= (table["WeekStatus"] == np.where(day >= 5, "weekend", "weekday")).to_numpy()
    table = table[good]
    table = table.drop_duplicates("date")
    table.to_parquet(target, compression="zstd")
    seconds = time.perf_counter() - started
    rows = len(raw)
    print(
        json.dumps(
            {
                "rows": rows,
                "seconds": seconds,
                "rowsPerSecond": rows / seconds,
                "peakRssMiB": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024,
            }
        )
    )


main(*sys.argv[1:])

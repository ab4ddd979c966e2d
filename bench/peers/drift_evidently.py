"""Peer of bench:drift: Evidently's DataDriftPreset with its own choice of tests, once for each comparison of a file.

Arguments: the file of doubles (column by column, reference before current; categories as indices) and its shape as JSON
with the number of comparisons. Says the time of all of them, and how many columns each called drifted.
"""

import json
import resource
import sys
import time
import warnings

import evidently
import numpy as np
import pandas as pd
from evidently import DataDefinition, Dataset, Report
from evidently.presets import DataDriftPreset

warnings.filterwarnings("ignore")

labels = np.array(["a", "b", "c", "d", "e", "f"], dtype=object)
path, shape = sys.argv[1], json.loads(sys.argv[2])
names = [f"column {i}" for i in range(shape["numbers"] + shape["categories"])]
definition = DataDefinition(
    numerical_columns=names[: shape["numbers"]], categorical_columns=names[shape["numbers"] :]
)


def frames(file):
    sides = {"reference": {}, "current": {}}
    for i, name in enumerate(names):
        for side in ("reference", "current"):
            values = np.fromfile(file, count=shape[side])
            sides[side][name] = values if i < shape["numbers"] else labels[values.astype(int)]
    return [pd.DataFrame(sides[side]) for side in ("reference", "current")]


def check(reference, current):
    report = Report([DataDriftPreset()])
    result = report.run(
        Dataset.from_pandas(current, data_definition=definition),
        Dataset.from_pandas(reference, data_definition=definition),
    )
    return int(result.dict()["metrics"][0]["value"]["count"])


drifted = []
seconds = 0.0
cpu = 0.0
with open(path, "rb") as file:
    for _ in range(shape.get("comparisons", 1)):
        reference, current = frames(file)
        wall, used = time.perf_counter(), time.process_time()
        drifted.append(check(reference, current))
        seconds += time.perf_counter() - wall
        cpu += time.process_time() - used
print(
    json.dumps(
        {
            "seconds": seconds,
            "cpuSeconds": cpu,
            "peakRssMiB": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024,
            "drifted": drifted,
            "library": evidently.__version__,
        }
    )
)

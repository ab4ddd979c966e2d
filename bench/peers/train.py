"""Peer of `bench:train`: pandas and the official xgboost package do the same job, and say what it took."""

import json
import resource
import sys
import time

import numpy as np
import pandas as pd
import xgboost as xgb

job = json.loads(sys.argv[1])
started = time.perf_counter()
frame = pd.read_csv(job["csvPath"])
loaded = time.perf_counter()
matrix = xgb.DMatrix(frame.drop(columns="target"), label=frame["target"], nthread=job["threads"])
booster = xgb.train(
    {
        "objective": "reg:squarederror",
        "tree_method": "hist",
        "max_depth": job["depth"],
        "eta": job["learningRate"],
        "nthread": job["threads"],
    },
    matrix,
    num_boost_round=job["rounds"],
)
booster.save_model(job["modelPath"])
finished = time.perf_counter()
peak_rss_mib = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
residual = booster.predict(matrix) - frame["target"].to_numpy()
print(
    json.dumps(
        {
            "seconds": finished - started,
            "loadSeconds": loaded - started,
            "peakRssMiB": peak_rss_mib,
            "trainRmse": float(np.sqrt(np.mean(residual**2))),
            "rounds": booster.num_boosted_rounds(),
            "library": xgb.__version__,
        }
    )
)

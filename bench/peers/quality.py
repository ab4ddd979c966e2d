"""Plain columns, library defaults: what a first notebook on the same rows gives."""
import json
import sys

import numpy as np
import pandas as pd
from sklearn.linear_model import LinearRegression
from xgboost import XGBRegressor


def scores(actual, predicted):
    error = actual - predicted
    rmse = float(np.sqrt(np.mean(error**2)))
    return {"rmse": rmse, "mae": float(np.mean(np.abs(error))), "cv": 100 * rmse / abs(float(np.mean(actual)))}


def summary(per_seed):
    means = {name: float(np.mean([seed[name] for seed in per_seed])) for name in per_seed[0]}
    return {**means, "perSeed": per_seed}


table = pd.read_csv(sys.argv[1])
target = sys.argv[2]
sides = [f"split_{i}" for i in range(int(sys.argv[3]))]
features = pd.get_dummies(table.drop(columns=[target, *sides]), dtype=float)
filled = features.fillna(features.median())
results = {"xgboost": [], "linear": []}
for side in sides:
    train, test = table[side] == "train", table[side] == "test"
    boosted = XGBRegressor(random_state=0, n_jobs=2).fit(features[train], table[target][train])
    linear = LinearRegression().fit(filled[train], table[target][train])
    actual = table[target][test].to_numpy()
    results["xgboost"].append(scores(actual, boosted.predict(features[test])))
    results["linear"].append(scores(actual, linear.predict(filled[test])))
print(json.dumps({name: summary(per_seed) for name, per_seed in results.items()}))

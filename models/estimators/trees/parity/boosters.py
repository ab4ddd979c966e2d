"""Parity vectors of libxgboost and LightGBM: python boosters.py (xgboost 3.2.0, lightgbm 4.7.0, numpy 2)."""

import json
from pathlib import Path

import lightgbm
import numpy as np
import xgboost

random = np.random.default_rng(4)
features = np.round(random.normal(size=(160, 3)), 2).astype(np.float32)
features[random.random(features.shape) < 0.1] = np.nan
signal = 2 * np.nan_to_num(features[:, 0]) - np.nan_to_num(features[:, 1]) * np.nan_to_num(features[:, 2])
weights = np.round(random.uniform(0.5, 2, 160), 2)
noise = random.normal(size=160)
targets = {
    "regression": np.round(signal + 0.3 * noise, 3),
    "binary": (signal + 0.5 * noise > 0).astype(float),
    "multiclass": np.digitize(signal + 0.5 * noise, [-1, 1]).astype(float),
}
objectives = {
    "regression": {"objective": "reg:squarederror"},
    "binary": {"objective": "binary:logistic"},
    "multiclass": {"objective": "multi:softprob", "num_class": 3, "base_score": 0.0},
}
light = {
    "regression": {"objective": "regression"},
    "binary": {"objective": "binary"},
    "multiclass": {"objective": "multiclass", "num_class": 3},
}


def rows(values):
    return [None if np.isnan(value) else round(float(value), 2) for value in values.ravel()]


def digits(values):
    return [float(f"{value:.8g}") for value in np.ravel(values)]


answer = {"features": rows(features), "weights": weights.tolist(), "tasks": {}}
for name, target in targets.items():
    mean = float(np.float32(np.average(target, weights=weights)))
    params = {"max_depth": 3, "eta": 0.2, "lambda": 1, "tree_method": "hist", "seed": 0, "nthread": 1}
    params |= {"base_score": mean} | objectives[name]
    data = xgboost.DMatrix(features, target, weight=weights)
    monotone = params | {"monotone_constraints": "(1,0,0)", "interaction_constraints": "[[0],[1,2]]"}
    boosted = {"target": target.tolist(), "plain": digits(xgboost.train(params, data, 20).predict(data))}
    if name != "multiclass":
        boosted["constrained"] = digits(xgboost.train(monotone, data, 20).predict(data))
    model = lightgbm.train(
        light[name] | {"num_leaves": 5, "verbose": -1, "num_threads": 1, "min_data_in_leaf": 8},
        lightgbm.Dataset(features, target, weight=weights),
        6,
    )
    text = model.model_to_string().split("end of trees")[0] + "end of trees\n"
    boosted |= {"lightgbm": text, "lightgbmPredictions": digits(model.predict(features))}
    answer["tasks"][name] = boosted

Path(__file__).with_name("boosters.json").write_text(json.dumps(answer))

"""Writes metrics.json: what scikit-learn, numpy and scipy say about a prediction. Needs scikit-learn and scipy."""

import json
from pathlib import Path

import numpy as np
import scipy
import sklearn
from scipy.stats import bootstrap
from sklearn.metrics import mean_absolute_error, r2_score, root_mean_squared_error

rng = np.random.default_rng(20)


def metrics(actual, predicted):
    rmse = root_mean_squared_error(actual, predicted)
    return {
        "rmse": rmse,
        "mae": mean_absolute_error(actual, predicted),
        "r2": r2_score(actual, predicted),
        "cv": 100 * rmse / abs(np.mean(actual)),
    }


cases = []
for rows, center, noise in ((1, 5, 0), (2, 0.5, 1), (5, 3, 0.1), (500, 27, 0.07), (500, 1e6, 3), (40, -8, 9)):
    actual = center + rng.normal(size=rows) * 3
    predicted = actual + rng.normal(size=rows) * noise
    if rows == 1:
        continue
    cases.append({"actual": actual.tolist(), "predicted": predicted.tolist(), "metrics": metrics(actual, predicted)})
constant = np.full(6, 4.25)
cases.append({"actual": constant.tolist(), "predicted": constant.tolist(), "metrics": metrics(constant, constant)})
off = constant + 0.5
cases.append({"actual": constant.tolist(), "predicted": off.tolist(), "metrics": metrics(constant, off)})

quantiles = []
for size in (1, 2, 3, 4, 9, 10, 101):
    values = np.sort(rng.normal(size=size))
    for share in (0, 0.025, 0.25, 0.5, 0.9, 0.975, 1):
        quantiles.append({"sorted": values.tolist(), "share": share, "value": float(np.quantile(values, share))})

actual = rng.gamma(2, 12, size=400)
challenger = actual + rng.normal(size=400) * 0.7
champion = actual + rng.normal(size=400) * 0.8


def interval(statistic, data, level):
    found = bootstrap(data, statistic, paired=True, vectorized=False, n_resamples=20_000, method="percentile",
                      confidence_level=level, rng=np.random.default_rng(1))
    return [float(found.confidence_interval.low), float(found.confidence_interval.high)]


def improvement(a, b, c):
    return 100 * (1 - root_mean_squared_error(a, b) / root_mean_squared_error(a, c))


intervals = {name: interval(lambda a, p, name=name: metrics(a, p)[name], (actual, challenger), 0.95)
             for name in ("rmse", "mae", "r2", "cv")}
result = {
    "scikitLearn": sklearn.__version__,
    "scipy": scipy.__version__,
    "cases": cases,
    "quantiles": quantiles,
    "bootstrap": {
        "actual": actual.tolist(),
        "challenger": challenger.tolist(),
        "champion": champion.tolist(),
        "intervals": intervals,
        "paired": {"value": improvement(actual, challenger, champion), "confidence": 0.9,
                   "interval": interval(improvement, (actual, challenger, champion), 0.9)},
    },
}
Path(__file__).with_name("metrics.json").write_text(json.dumps(result))

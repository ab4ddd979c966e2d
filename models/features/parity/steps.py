"""Writes steps.json: what scikit-learn's median imputer and standard scaler do. Needs scikit-learn."""

import json
from pathlib import Path

import numpy as np
import sklearn
from sklearn.impute import SimpleImputer
from sklearn.preprocessing import StandardScaler

rng = np.random.default_rng(3)
train = np.column_stack(
    [rng.normal(5, 2, 31), np.full(31, 0.1), rng.gamma(1, 1e6, 31), rng.integers(0, 2, 31), 1e8 + rng.normal(size=31)]
)
train[rng.random(train.shape) < 0.2] = np.nan
train[0, :] = np.nan
fresh = train[:7] * 1.5
imputer = SimpleImputer(strategy="median").fit(train)
scaler = StandardScaler().fit(train)


def cells(table):
    return [None if np.isnan(value) else float(value) for value in table.ravel()]


result = {
    "scikitLearn": sklearn.__version__,
    "names": ["a", "b", "c", "d", "e"],
    "train": cells(train),
    "fresh": cells(fresh),
    "medians": imputer.statistics_.tolist(),
    "means": scaler.mean_.tolist(),
    "deviations": scaler.scale_.tolist(),
    "imputed": cells(imputer.transform(fresh)),
    "scaled": cells(scaler.transform(fresh)),
}
Path(__file__).with_name("steps.json").write_text(json.dumps(result))

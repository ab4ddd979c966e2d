"""Writes steps.json: what scikit-learn's preprocessing and statsmodels' variance inflation do.

Needs scikit-learn and statsmodels; their versions are written down with the numbers.
"""

import json
from pathlib import Path

import numpy as np
import sklearn
import statsmodels
from sklearn.decomposition import PCA
from sklearn.impute import SimpleImputer
from sklearn.preprocessing import (
    MinMaxScaler,
    OneHotEncoder,
    RobustScaler,
    StandardScaler,
    TargetEncoder,
)
from statsmodels.stats.outliers_influence import variance_inflation_factor

rng = np.random.default_rng(3)
train = np.column_stack(
    [rng.normal(5, 2, 31), np.full(31, 0.1), rng.gamma(1, 1e6, 31), rng.integers(0, 3, 31), 1e8 + rng.normal(size=31)]
)
train[rng.random(train.shape) < 0.2] = np.nan
train[0, :] = np.nan
fresh = train[:7] * 1.5
codes = np.column_stack([rng.integers(0, 4, 40), rng.integers(0, 9, 40)]).astype(float)
codes[rng.random(codes.shape) < 0.1] = np.nan
fresh_codes = np.array([[0, 3], [3, 99], [np.nan, 0], [7, np.nan]], dtype=float)
numbers = rng.normal(size=40) + np.nan_to_num(codes[:, 0])
classes = rng.integers(0, 3, 40)
whole = rng.normal(size=(50, 4)) @ rng.normal(size=(4, 5)) + 0.1 * rng.normal(size=(50, 5)) + 3


def cells(table):
    return [None if np.isnan(value) else float(value) for value in np.asarray(table, float).ravel()]


def imputed(strategy):
    imputer = SimpleImputer(strategy=strategy, fill_value=-7.5, add_indicator=strategy == "mean").fit(train)
    return cells(imputer.transform(fresh))


def encoded(target, target_type, smooth):
    encoder = TargetEncoder(target_type=target_type, smooth=smooth).fit(codes, target)
    return cells(encoder.transform(fresh_codes))


def components(count):
    pca = PCA(n_components=count).fit(whole)
    return {"explained": pca.explained_variance_ratio_.tolist(), "values": cells(pca.transform(whole[:5]))}


one_hot = OneHotEncoder(handle_unknown="ignore", sparse_output=False, categories=[[0, 1, 2, 3], list(range(9))])
with_constant = np.column_stack([np.ones(50), whole])
result = {
    "scikitLearn": sklearn.__version__,
    "statsmodels": statsmodels.__version__,
    "names": ["a", "b", "c", "d", "e"],
    "train": cells(train),
    "fresh": cells(fresh),
    "impute": {
        "median": imputed("median"),
        "mean with flags": imputed("mean"),
        "mode": imputed("most_frequent"),
        "constant": imputed("constant"),
    },
    "scale": {
        "standard": cells(StandardScaler().fit(train).transform(fresh)),
        "min-max": cells(MinMaxScaler().fit(train).transform(fresh)),
        "robust": cells(RobustScaler().fit(train).transform(fresh)),
    },
    "codes": cells(codes),
    "freshCodes": cells(fresh_codes),
    "numbers": numbers.tolist(),
    "classes": classes.tolist(),
    "oneHot": cells(one_hot.fit(np.nan_to_num(codes)).transform(np.nan_to_num(fresh_codes, nan=-1))),
    "targetEncode": {
        "regression": encoded(numbers, "continuous", "auto"),
        "smoothing of 10 rows": encoded(numbers, "continuous", 10.0),
        "two classes": encoded(np.minimum(classes, 1), "binary", "auto"),
        "three classes": encoded(classes, "multiclass", "auto"),
    },
    "whole": cells(whole),
    "pca": {"3": components(3), "0.9": components(0.9)},
    "varianceInflation": [variance_inflation_factor(with_constant, i) for i in range(1, 6)],
}
Path(__file__).with_name("steps.json").write_text(json.dumps(result))

"""Writes folds.json: the test rows of scikit-learn's splitters without a shuffle. Needs scikit-learn."""

import json
import warnings
from pathlib import Path

import numpy as np
import sklearn
from sklearn.model_selection import GroupKFold, KFold, StratifiedKFold, TimeSeriesSplit

warnings.simplefilter("ignore")
rng = np.random.default_rng(9)


def of(splitter, rows, y=None, groups=None):
    return [{"train": train.tolist(), "test": test.tolist()} for train, test in splitter.split(np.zeros(rows), y, groups)]


cases = []
for rows, folds in ((10, 5), (23, 5), (7, 2), (3, 3)):
    cases.append({"spec": {"kind": "k-fold", "folds": folds, "repeats": 1}, "rows": rows, "folds": of(KFold(folds), rows)})
for rows, folds, shares in ((40, 5, [0.7, 0.2, 0.1]), (61, 4, [0.25, 0.25, 0.25, 0.25]), (33, 3, [0.9, 0.1])):
    y = rng.choice(len(shares), size=rows, p=shares)
    spec = {"kind": "stratified", "folds": folds, "repeats": 1}
    cases.append({"spec": spec, "rows": rows, "target": y.tolist(), "folds": of(StratifiedKFold(folds), rows, y)})
for sizes, folds in (([9, 7, 5, 4, 3, 2, 1], 3), ([30, 1, 2, 3, 4], 2), ([5, 8, 13], 3)):
    groups = rng.permutation(np.repeat(np.arange(len(sizes)) * 1.5, sizes))
    spec = {"kind": "group", "by": "g", "folds": folds}
    cases.append({"spec": spec, "rows": len(groups), "groups": groups.tolist(),
                  "folds": of(GroupKFold(folds), len(groups), groups=groups)})
for rows, folds, gap in ((12, 3, 0), (25, 4, 2), (9, 2, 1)):
    spec = {"kind": "time-series", "by": "t", "folds": folds, "gap": gap}
    cases.append({"spec": spec, "rows": rows, "times": list(range(rows)), "folds": of(TimeSeriesSplit(folds, gap=gap), rows)})

Path(__file__).with_name("folds.json").write_text(json.dumps({"scikitLearn": sklearn.__version__, "cases": cases}))

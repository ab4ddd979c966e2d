"""Losses of scikit-learn's extra trees and random forest: python forests.py (scikit-learn 1.9.1, numpy 2)."""

import json
from pathlib import Path

import numpy as np
from sklearn.ensemble import (
    ExtraTreesClassifier,
    ExtraTreesRegressor,
    RandomForestClassifier,
)
from sklearn.metrics import log_loss, root_mean_squared_error

random = np.random.default_rng(9)
features = np.round(random.normal(size=(900, 4)), 2)
signal = 2 * features[:, 0] - features[:, 1] * features[:, 2] + random.normal(size=900)
classes = np.digitize(signal, [-1.5, 1.5])
train, test = slice(0, 600), slice(600, None)


def mean_of_seeds(model, target, loss, predict, **params):
    losses = []
    for seed in range(5):
        fitted = model(n_estimators=200, max_depth=16, min_samples_leaf=3, random_state=seed, **params)
        fitted.fit(features[train], target[train])
        losses.append(loss(target[test], getattr(fitted, predict)(features[test])))
    return round(float(np.mean(losses)), 5)


answer = {
    "features": features.ravel().tolist(),
    "regression": np.round(signal, 4).tolist(),
    "classes": classes.tolist(),
    "extraTreesRmse": mean_of_seeds(
        ExtraTreesRegressor, np.round(signal, 4), root_mean_squared_error, "predict", max_features=0.5
    ),
    "extraTreesLogLoss": mean_of_seeds(
        ExtraTreesClassifier, classes, log_loss, "predict_proba", max_features=0.5
    ),
    "randomForestLogLoss": mean_of_seeds(
        RandomForestClassifier, classes, log_loss, "predict_proba", max_features=0.5
    ),
}
Path(__file__).with_name("forests.json").write_text(json.dumps(answer))
print({key: value for key, value in answer.items() if isinstance(value, float)})

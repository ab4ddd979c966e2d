"""Writes calibration.json: scikit-learn's calibrators on probabilities of a model. Needs scikit-learn 1.9 and scipy."""

import json
from pathlib import Path

import numpy as np
import sklearn
from scipy.optimize import minimize, minimize_scalar
from scipy.special import expit, log_softmax, logit, softmax, xlogy
from sklearn.base import BaseEstimator, ClassifierMixin
from sklearn.calibration import CalibratedClassifierCV
from sklearn.frozen import FrozenEstimator
from sklearn.isotonic import IsotonicRegression

rng = np.random.default_rng(12)


class Scores(ClassifierMixin, BaseEstimator):
    """A model whose rows are its own answers: log-odds for Platt's scaling, probabilities for the others."""

    def __init__(self, classes=2, log_odds=False):
        self.classes, self.log_odds = classes, log_odds
        self.classes_ = np.arange(classes)

    def fit(self, x, y):
        return self

    def __sklearn_is_fitted__(self):
        return True

    def predict_proba(self, x):
        return x

    def predict(self, x):
        return x.argmax(axis=1)


class LogOdds(Scores):
    def decision_function(self, x):
        return logit(x[:, 1]) if self.classes == 2 else logit(x)


def platt_parameters(scores, truth):
    """The objective of sklearn.calibration._sigmoid_calibration, solved to the last digits."""
    high, low = (truth.sum() + 1) / (truth.sum() + 2), 1 / ((~truth).sum() + 2)
    t = np.where(truth, high, low)

    def loss(w):
        p = expit(w[0] * scores + w[1])
        return -(xlogy(t, p) + xlogy(1 - t, 1 - p)).sum()

    def gradient(w):
        p = expit(w[0] * scores + w[1])
        return np.array([((p - t) * scores).sum(), (p - t).sum()])

    found = minimize(loss, [1.0, 0.0], jac=gradient, method="BFGS", options={"gtol": 1e-9, "maxiter": 1000})
    return found.x.tolist()


cases = []
for rows, classes, stretch, round_to in ((120, 2, 3.0, None), (200, 3, 2.0, None), (90, 3, 0.5, None), (150, 4, 2.0, 12), (150, 2, 2.0, 10)):
    true = rng.normal(size=(rows, classes)) * 1.2
    actual = np.array([rng.choice(classes, p=softmax(row)) for row in true])
    p = softmax(stretch * true + 0.3 * rng.normal(size=true.shape), axis=1)
    if round_to:
        p = np.round(p * round_to) + 0.5
        p = p / p.sum(axis=1, keepdims=True)
    columns = [1] if classes == 2 else list(range(classes))
    sigmoid = CalibratedClassifierCV(FrozenEstimator(LogOdds(classes)), method="sigmoid").fit(p, actual)
    isotonic = CalibratedClassifierCV(FrozenEstimator(Scores(classes)), method="isotonic").fit(p, actual)
    temperature = minimize_scalar(lambda t: -log_softmax(np.log(p) / np.exp(t), axis=1)[np.arange(rows), actual].mean(),
                                  bounds=(-3, 3), method="bounded", options={"xatol": 1e-12})
    def bias_corrected(w):
        z = w[0] * np.log(p) + np.append(0, w[1:])
        return -log_softmax(z, axis=1)[np.arange(rows), actual].mean() + 0.5e-6 * (w[1:] ** 2).sum()
    corrected = minimize(bias_corrected, np.append(1, np.zeros(classes - 1)), method="BFGS", options={"gtol": 1e-10}).x
    thresholds = []
    for k in columns:
        fitted = IsotonicRegression(out_of_bounds="clip").fit(p[:, k], actual == k)
        thresholds.append({"x": fitted.X_thresholds_.tolist(), "y": fitted.y_thresholds_.tolist()})
    cases.append({
        "biasCorrected": {"temperature": float(1 / corrected[0]), "biases": [0, *corrected[1:].tolist()]},
        "classes": classes,
        "probabilities": p.ravel().tolist(),
        "actual": actual.tolist(),
        "isRounded": bool(round_to),
        "platt": {
            "parameters": [platt_parameters(logit(p[:, k]), actual == k) for k in columns],
            "probabilities": sigmoid.predict_proba(p)[:40].ravel().tolist(),
        },
        "isotonic": {"thresholds": thresholds, "probabilities": isotonic.predict_proba(p)[:40].ravel().tolist()},
        "temperature": {
            "temperature": float(np.exp(temperature.x)),
            "probabilities": softmax(np.log(p) / np.exp(temperature.x), axis=1)[:40].ravel().tolist(),
            "scikitLearn": CalibratedClassifierCV(FrozenEstimator(LogOdds(classes)), method="temperature").fit(p, actual)
            .predict_proba(p)[:40].ravel().tolist() if classes == 2 else None,
        },
    })

Path(__file__).with_name("calibration.json").write_text(json.dumps({"scikitLearn": sklearn.__version__, "cases": cases}))

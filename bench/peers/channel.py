"""Peer of `bench:quality -- --pipeline order-channel`: scikit-learn and the official xgboost package on the same
features, split and budget. Each kind is fitted with balanced weights, as the pipeline asks, and without any; the
trial of each is chosen on the validation rows, and so is the best of all; the test rows are read once."""

import json
import sys

import numpy as np
import sklearn
import xgboost
from sklearn.calibration import CalibratedClassifierCV
from sklearn.ensemble import HistGradientBoostingClassifier
from sklearn.frozen import FrozenEstimator
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import brier_score_loss, f1_score, log_loss
from sklearn.model_selection import cross_val_predict
from sklearn.naive_bayes import GaussianNB
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from sklearn.utils.class_weight import compute_sample_weight

job = json.loads(sys.argv[1])
width, counts = job["features"], job["rows"]
features = np.fromfile(job["featuresPath"]).reshape(-1, width)
target = np.fromfile(job["targetPath"]).astype(int)
ends = np.cumsum([counts["train"], counts["validation"], counts["test"]])
X_train, X_validation, X_test = np.split(features, ends[:-1])
y_train, y_validation, y_test = np.split(target, ends[:-1])
balanced = compute_sample_weight("balanced", y_train)


def trials():
    """In the pipeline's own space: what its search starts from, then random draws."""
    random = np.random.default_rng(0)
    low, high = job["learningRate"]
    yield job["start"]
    for _ in range(job["trials"] - 1):
        rate = float(np.exp(random.uniform(np.log(low), np.log(high))))
        yield {"learning_rate": rate, "max_depth": int(random.integers(job["maxDepth"][0], job["maxDepth"][1] + 1))}


def boosted(params, weights):
    model = xgboost.XGBClassifier(
        n_estimators=job["rounds"], early_stopping_rounds=job["patience"], subsample=job["subsample"],
        colsample_bytree=job["colsample"], max_bin=job["maxBins"], tree_method="hist", n_jobs=2, random_state=0, **params,
    )  # fmt: skip
    return model.fit(X_train, y_train, sample_weight=weights, eval_set=[(X_validation, y_validation)], verbose=False)


def histogram(params, weights):
    model = HistGradientBoostingClassifier(
        max_iter=job["rounds"], early_stopping=True, n_iter_no_change=job["patience"], max_bins=job["maxBins"],
        max_features=job["colsample"], random_state=0, **params,
    )  # fmt: skip
    return model.fit(X_train, y_train, sample_weight=weights, X_val=X_validation, y_val=y_validation)


def logistic(_, weights):
    model = make_pipeline(StandardScaler(), LogisticRegression(max_iter=2000))
    return model.fit(X_train, y_train, logisticregression__sample_weight=weights)


def bayes(_, weights):
    return GaussianNB().fit(X_train, y_train, sample_weight=weights)


def judged(actual, probabilities):
    return {
        "logLoss": float(log_loss(actual, probabilities)),
        "macroF1": float(f1_score(actual, probabilities.argmax(axis=1), average="macro")),
    }


def calibrated(model, raw):
    """The better of Platt's scaling and isotonic regression by cross-validation over the validation rows, or neither."""
    losses = {"none": log_loss(y_validation, raw)}
    for method in ("sigmoid", "isotonic"):
        calibrator = CalibratedClassifierCV(FrozenEstimator(model), method=method)
        found = cross_val_predict(calibrator, X_validation, y_validation, cv=5, method="predict_proba")
        losses[method] = log_loss(y_validation, found)
    method = min(losses, key=losses.get)
    if method == "none":
        return method, losses[method], lambda rows: model.predict_proba(rows)
    fitted = CalibratedClassifierCV(FrozenEstimator(model), method=method).fit(X_validation, y_validation)
    return method, losses[method], fitted.predict_proba


def best_trial(fit, params_of_trials, weights):
    found = []
    for params in params_of_trials:
        model = fit(params, weights)
        found.append((judged(y_validation, model.predict_proba(X_validation)), model, params))
    best = max if weights is not None else min
    return best(found, key=lambda one: one[0]["macroF1" if weights is not None else "logLoss"])


kinds = {
    "xgboost": (boosted, list(trials())),
    "hist-gradient-boosting": (histogram, list(trials())),
    "logistic": (logistic, [{}]),
    "gaussian-nb": (bayes, [{}]),
}
results = []
for name, (fit, params_of_trials) in kinds.items():
    for label, weights in (("balanced", balanced), ("none", None)):
        validation, model, params = best_trial(fit, params_of_trials, weights)
        method, calibrated_loss, predict = calibrated(model, model.predict_proba(X_validation))
        raw, after = model.predict_proba(X_test), predict(X_test)
        results.append({
            "name": name, "weights": label, "params": params, "calibration": method,
            "validation": {**validation, "logLossCalibrated": float(calibrated_loss)},
            "test": judged(y_test, raw), "testCalibrated": judged(y_test, after),
            "brierCalibrated": float(brier_score_loss(y_test, after, scale_by_half=False)),
        })  # fmt: skip
        print(f"peer {name}, weights {label}: {judged(y_test, after)}", file=sys.stderr, flush=True)
print(json.dumps({"candidates": results, "versions": {"scikit-learn": sklearn.__version__, "xgboost": xgboost.__version__}}))

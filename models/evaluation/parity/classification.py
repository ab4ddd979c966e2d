"""Writes classification.json: what scikit-learn says about probabilities of classes. Needs scikit-learn 1.9."""

import json
from pathlib import Path

import numpy as np
import sklearn
from sklearn import metrics as m

rng = np.random.default_rng(4)


def case(rows, classes, sharpness, round_to=None, weights=None, never=None):
    actual = rng.integers(0, classes, size=rows)
    if never is not None:
        actual[actual == never] = 0
    scores = rng.normal(size=(rows, classes)) + sharpness * np.eye(classes)[actual]
    p = np.exp(scores) / np.exp(scores).sum(axis=1, keepdims=True)
    if round_to:
        p = np.round(p * round_to)
        p[p.sum(axis=1) == 0] = 1
        p = p / p.sum(axis=1, keepdims=True)
    weighted = p * np.array(weights or [1] * classes)
    answered = weighted.argmax(axis=1)
    labels = list(range(classes))
    score = p[:, 1] if classes == 2 else None
    is_whole = len(set(actual)) == classes
    found = {
        "accuracy": m.accuracy_score(actual, answered),
        "balancedAccuracy": m.balanced_accuracy_score(actual, answered),
        "macroF1": m.f1_score(actual, answered, average="macro", zero_division=0),
        "weightedF1": m.f1_score(actual, answered, average="weighted", zero_division=0),
        "macroPrecision": m.precision_score(actual, answered, average="macro", zero_division=0),
        "macroRecall": m.recall_score(actual, answered, average="macro", zero_division=0),
        "logLoss": m.log_loss(actual, p, labels=labels),
        "brier": m.brier_score_loss(actual, p if classes > 2 else score, labels=labels, scale_by_half=False),
        "rocAuc": m.roc_auc_score(actual, score if classes == 2 else p, multi_class="ovr", average="macro")
        if is_whole else float(np.mean([m.roc_auc_score(actual == k, p[:, k]) for k in sorted(set(actual))])),
    }
    precision, recall, f1, support = m.precision_recall_fscore_support(actual, answered, labels=labels, zero_division=0)
    per_class = [{"precision": a, "recall": b, "f1": c, "support": int(d)}
                 for a, b, c, d in zip(precision, recall, f1, support)]
    curves = []
    for k in labels:
        truth = actual == k
        if not truth.any():
            curves.append(None)
            continue
        fpr, tpr, thresholds = m.roc_curve(truth, p[:, k], drop_intermediate=False)
        pr, rc, _ = m.precision_recall_curve(truth, p[:, k])
        curves.append({
            "averagePrecision": m.average_precision_score(truth, p[:, k]),
            "rocAuc": m.roc_auc_score(truth, p[:, k]),
            "roc": np.column_stack([fpr, tpr])[:].tolist() if rows <= 60 else None,
            "precisionRecall": np.column_stack([rc[::-1], pr[::-1]]).tolist() if rows <= 60 else None,
        })
    return {
        "classes": classes, "actual": actual.tolist(), "probabilities": p.round(17).ravel().tolist(), "weights": weights,
        "metrics": {key: float(value) for key, value in found.items()},
        "confusion": m.confusion_matrix(actual, answered, labels=labels).tolist(),
        "perClass": per_class, "curves": curves,
    }


cases = [
    case(60, 2, 1), case(300, 2, 2, round_to=8), case(60, 3, 1, round_to=6), case(400, 3, 1.5, weights=[1, 2.5, 0.4]),
    case(250, 4, 0.5, never=2), case(40, 5, 3),
]
Path(__file__).with_name("classification.json").write_text(json.dumps({"scikitLearn": sklearn.__version__, "cases": cases}))

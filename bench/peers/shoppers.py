"""Peer of `bench:quality -- --pipeline online-shoppers`: scikit-learn and the official xgboost package on the same
features and split. The kind, the trial and the calibration are chosen on the validation rows by macro F1 and log-loss;
the test rows are read once."""

import json
import sys

import numpy as np
import sklearn
import xgboost
from sklearn.calibration import CalibratedClassifierCV
from sklearn.ensemble import ExtraTreesClassifier, RandomForestClassifier, VotingClassifier
from sklearn.frozen import FrozenEstimator
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import accuracy_score, f1_score, log_loss
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import OneHotEncoder, StandardScaler
from sklearn.compose import make_column_transformer

job = json.loads(sys.argv[1])
names, counts, threads = job["names"], job["rows"], job["threads"]
features = np.fromfile(job["featuresPath"]).reshape(-1, len(names))
target = np.fromfile(job["targetPath"]).astype(int)
ends = np.cumsum([counts["train"], counts["validation"]])
X_train, X_validation, X_test = np.split(features, ends)
y_train, y_validation, y_test = np.split(target, ends)
coded = [names.index(name) for name in job["coded"]]


def behind(model):
    """Codes one by one, as the pipeline's own step does it."""
    encoder = OneHotEncoder(handle_unknown="ignore", sparse_output=False)
    return make_pipeline(make_column_transformer((encoder, coded), remainder="passthrough"), model)


def boosted(learning_rate, max_depth, rounds):
    return behind(xgboost.XGBClassifier(
        n_estimators=rounds, learning_rate=learning_rate, max_depth=max_depth, subsample=0.8, colsample_bytree=0.4,
        max_bin=64, tree_method="hist", n_jobs=threads, random_state=0,
    ))  # fmt: skip


def forest(kind):
    return behind(kind(200, min_samples_leaf=3, max_features=0.4, n_jobs=threads, random_state=0))


def judged(actual, probabilities):
    answers = probabilities.argmax(axis=1)
    return {
        "accuracy": float(accuracy_score(actual, answers)),
        "macroF1": float(f1_score(actual, answers, average="macro")),
        "logLoss": float(log_loss(actual, probabilities)),
    }


random = np.random.default_rng(0)
trials = [boosted(0.06, 4, 200)] + [
    boosted(float(np.exp(random.uniform(np.log(0.04), np.log(0.12)))), int(random.integers(3, 7)), int(random.integers(100, 300)))
    for _ in range(job["trials"] - 1)
]
kinds = {
    "xgboost": trials,
    "random-forest": [forest(RandomForestClassifier)],
    "extra-trees": [forest(ExtraTreesClassifier)],
    "logistic": [behind(make_pipeline(StandardScaler(), LogisticRegression(max_iter=2000)))],
}
results, best = [], []
for name, models in kinds.items():
    fitted = [model.fit(X_train, y_train) for model in models]
    found = [(judged(y_validation, model.predict_proba(X_validation)), model) for model in fitted]
    validation, model = max(found, key=lambda one: one[0]["macroF1"])
    best.append((name, model))
    results.append({"name": name, "validation": validation, "model": model})
vote = VotingClassifier(best[:3], voting="soft")
vote.estimators_, vote.classes_ = [model for _, model in best[:3]], np.unique(y_train)
results.append({"name": "vote", "validation": judged(y_validation, vote.predict_proba(X_validation)), "model": vote})
for result in results:
    model = result.pop("model")
    after = CalibratedClassifierCV(FrozenEstimator(model), method="sigmoid").fit(X_validation, y_validation)
    result["test"] = judged(y_test, model.predict_proba(X_test))
    result["testCalibrated"] = judged(y_test, after.predict_proba(X_test))
    print(f"peer {result['name']}: {result['test']}", file=sys.stderr, flush=True)
print(json.dumps({"candidates": results, "versions": {"scikit-learn": sklearn.__version__, "xgboost": xgboost.__version__}}))

"""scikit-learn's GridSearchCV over the candidates of a pipeline, on folds given as row indices."""
import json
import sys
import warnings

import numpy as np
import pandas as pd
from sklearn.compose import ColumnTransformer
from sklearn.decomposition import PCA
from sklearn.ensemble import (
    ExtraTreesClassifier,
    GradientBoostingClassifier,
    RandomForestClassifier,
    VotingClassifier,
)
from sklearn.impute import SimpleImputer
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import GridSearchCV
from sklearn.naive_bayes import GaussianNB
from sklearn.neighbors import KNeighborsClassifier
from sklearn.pipeline import Pipeline, make_pipeline
from sklearn.preprocessing import OneHotEncoder, OrdinalEncoder, StandardScaler

# Folds may lack a rare word, and small grids meet the iteration limit: neither is news.
warnings.filterwarnings("ignore")

TREES = {"trees": "n_estimators", "maxDepth": "max_depth", "minChildWeight": "min_samples_leaf", "colsampleByNode": "max_features"}
NAMES = {
    "logistic": {"C": "C"},
    "naive-bayes": {"varSmoothing": "var_smoothing"},
    "knn": {"neighbours": "n_neighbors", "weighting": "weights"},
    "random-forest": TREES,
    "extra-trees": TREES,
    "xgboost": {
        "rounds": "n_estimators",
        "earlyStoppingRounds": "n_iter_no_change",
        "learningRate": "learning_rate",
        "maxDepth": "max_depth",
        "subsample": "subsample",
        "colsampleByTree": "max_features",
    },
}


def model(estimator, seed):
    made = {
        "logistic": lambda: LogisticRegression(max_iter=5000),
        "naive-bayes": GaussianNB,
        "knn": KNeighborsClassifier,
        "random-forest": lambda: RandomForestClassifier(random_state=seed),
        "extra-trees": lambda: ExtraTreesClassifier(random_state=seed),
        "xgboost": lambda: GradientBoostingClassifier(random_state=seed, validation_fraction=0.2),
    }
    return made[estimator]()


def named(estimator, params):
    return {NAMES[estimator][name]: value for name, value in params.items()}


def preparation(columns):
    """Most frequent word and median rank for what is missing, flags of words, everything scaled."""
    words = [c["name"] for c in columns if not c["ranked"]]
    ranks = [c for c in columns if c["ranked"]]
    flags = make_pipeline(SimpleImputer(strategy="most_frequent"), OneHotEncoder(handle_unknown="ignore", sparse_output=False))
    coded = make_pipeline(
        OrdinalEncoder(categories=[c["values"] for c in ranks], handle_unknown="use_encoded_value", unknown_value=np.nan),
        SimpleImputer(strategy="median"),
    )
    return [("prepare", ColumnTransformer([("words", flags, words), ("ranks", coded, [c["name"] for c in ranks])])), ("scale", StandardScaler())]


def estimator_of(candidate, by_name, seed):
    if candidate["estimator"] == "voting":
        members = [by_name[name] for name in candidate["members"]]
        return VotingClassifier([(m["name"], estimator_of(m, by_name, seed)) for m in members if known(m, by_name)], voting="soft")
    return model(candidate["estimator"], seed).set_params(**named(candidate["estimator"], candidate["params"]))


def known(candidate, by_name):
    members = [by_name[name] for name in candidate.get("members", [])]
    return candidate["estimator"] in NAMES or (candidate["estimator"] == "voting" and any(known(m, by_name) for m in members))


def plain(value):
    return value.item() if isinstance(value, np.generic) else value


task = json.load(open(sys.argv[1]))
table = pd.DataFrame(task["rows"], columns=[c["name"] for c in task["columns"]]).astype(object).replace("", np.nan)
targets = np.array(task["targets"], dtype=int)
folds = [(np.array(fold["train"]), np.array(fold["test"])) for fold in task["folds"]]
by_name = {candidate["name"]: candidate for candidate in task["candidates"]}
result = {}
for name, candidate in by_name.items():
    if not known(candidate, by_name):
        continue
    components = [step["components"] for step in candidate.get("steps", []) if step["step"] == "pca"]
    steps = preparation(task["columns"]) + [("pca", PCA(n)) for n in components]
    whole = Pipeline(steps + [("model", estimator_of(candidate, by_name, task["seed"]))])
    search = candidate.get("search", {}) if candidate["trials"] > 0 else {}
    grid = {name: dimension["options"] for name, dimension in search.items()}
    points = {f"model__{name}": values for name, values in named(candidate["estimator"], grid).items()} if grid else {}
    found = GridSearchCV(whole, points, cv=folds, scoring="f1_macro", refit=False, n_jobs=None).fit(table, targets)
    best = int(np.argmax(found.cv_results_["mean_test_score"]))
    result[name] = {
        "folds": [float(found.cv_results_[f"split{k}_test_score"][best]) for k in range(len(folds))],
        "params": {key.removeprefix("model__"): plain(value) for key, value in found.cv_results_["params"][best].items()},
        "points": len(found.cv_results_["params"]),
    }
print(json.dumps(result))

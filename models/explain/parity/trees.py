"""Makes trees.json: Shapley and interaction values of shap's TreeExplainer (path-dependent) for small ensembles.

Run with Python 3 and numpy, scikit-learn, xgboost and shap; their versions are written into the file.
"""

import json
import pathlib

import numpy as np
import shap
import sklearn
import xgboost
from sklearn.ensemble import RandomForestClassifier

rng = np.random.default_rng(7)
X = rng.normal(size=(300, 5)).round(3)
X[:, 3] = rng.integers(0, 3, 300)
y = (X[:, 0] * X[:, 1] + np.sin(2 * X[:, 2]) + (X[:, 3] == 1) + 0.1 * rng.normal(size=300)).round(4)
classes = np.digitize(y, [-0.5, 0.8])
holes = X.copy()
holes[rng.random(X.shape) < 0.15] = np.nan


def cell(value):
    return None if np.isnan(value) else float(value)


def rows(values):
    return [[cell(v) for v in row] for row in values]


def boosted(params, target, rounds, outputs):
    booster = xgboost.train(
        {"max_depth": 4, "eta": 0.5, "tree_method": "exact", "base_score": 0.5, **params},
        xgboost.DMatrix(holes, label=target),
        rounds,
    )
    model = json.loads(booster.save_raw("json"))["learner"]["gradient_booster"]["model"]
    trees = [
        {
            "left": tree["left_children"],
            "right": tree["right_children"],
            "feature": tree["split_indices"],
            "value": tree["split_conditions"],
            "missingLeft": tree["default_left"],
            "cover": tree["sum_hessian"],
            "output": output,
        }
        for tree, output in zip(model["trees"], model["tree_info"])
    ]
    return booster, {
        "trees": trees,
        "base": [0.5] * outputs,
        "comparison": "below",
        "singlePrecision": True,
        "link": "identity" if outputs == 1 else "softmax",
    }


def forest(target):
    fitted = RandomForestClassifier(3, max_depth=5, random_state=3).fit(X, target)
    trees = []
    for tree in (estimator.tree_ for estimator in fitted.estimators_):
        shares = tree.value[:, 0, :] / tree.value[:, 0, :].sum(axis=1, keepdims=True)
        for output in range(3):
            trees.append(
                {
                    "left": tree.children_left.tolist(),
                    "right": tree.children_right.tolist(),
                    "feature": np.maximum(tree.feature, 0).tolist(),
                    "value": np.where(tree.children_left < 0, shares[:, output] / 3, tree.threshold).tolist(),
                    "missingLeft": [0] * tree.node_count,
                    "cover": tree.weighted_n_node_samples.tolist(),
                    "output": output,
                }
            )
    return fitted, {
        "trees": trees,
        "base": [0.0] * 3,
        "comparison": "at-most",
        "singlePrecision": True,
        "link": "share",
    }


def answers(model, data, outputs):
    explainer = shap.TreeExplainer(model, feature_perturbation="tree_path_dependent")
    values = np.asarray(explainer.shap_values(data))
    interactions = np.asarray(explainer.shap_interaction_values(data))
    if outputs == 1:
        values, interactions = values[..., None], interactions[..., None]
    return {
        # rows x outputs x F (x F)
        "values": np.moveaxis(values, -1, 1).ravel().tolist(),
        "interactions": np.moveaxis(interactions, -1, 1).ravel().tolist(),
        "base": np.ravel(explainer.expected_value).tolist(),
    }


cases = []
for name, (model, trees), data, outputs in [
    ("boosted regression with missing values", boosted({}, y, 5, 1), holes[:8], 1),
    ("boosted classes", boosted({"objective": "multi:softprob", "num_class": 3}, classes, 2, 3), holes[8:13], 3),
    ("forest of class shares", forest(classes), X[:4], 3),
]:
    cases.append({"name": name, "model": trees, "rows": rows(data), **answers(model, data, outputs)})

versions = {"shap": shap.__version__, "xgboost": xgboost.__version__, "scikit-learn": sklearn.__version__}
here = pathlib.Path(__file__).parent
(here / "trees.json").write_text(json.dumps({"versions": versions, "cases": cases}) + "\n")

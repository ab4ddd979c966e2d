"""Makes agnostic.json: shap's KernelExplainer, scikit-learn's Ridge, partial_dependence and permutation_importance.

The model is f(x) = [x0·x1 + sin(x2), x3² − x0]. Run with Python 3 and numpy, scikit-learn and shap.
"""

import json
import pathlib

import numpy as np
import shap
import sklearn
from sklearn.base import BaseEstimator, RegressorMixin
from sklearn.inspection import partial_dependence, permutation_importance
from sklearn.linear_model import Ridge
from sklearn.metrics import root_mean_squared_error

rng = np.random.default_rng(11)
X = rng.normal(size=(40, 5)).round(3)
X[:, 3] = rng.integers(0, 4, 40)


def model(x):
    return np.column_stack([x[:, 0] * x[:, 1] + np.sin(x[:, 2]), x[:, 3] ** 2 - x[:, 0]])


class First(RegressorMixin, BaseEstimator):
    def fit(self, x, y):
        self.fitted_ = True
        self.n_features_in_ = x.shape[1]
        return self

    def predict(self, x):
        return model(np.asarray(x, dtype=float))[:, 0]


first = First().fit(X, X[:, 0])
target = (first.predict(X) + 0.3 * rng.normal(size=40)).round(4)
background = X[:7]
explainer = shap.KernelExplainer(model, background)
explained = np.asarray(explainer.shap_values(X[10:13], nsamples=1000, l1_reg=False, silent=True))

curves = {}
for feature in (0, 3):
    found = partial_dependence(first, X, [feature], kind="both", grid_resolution=8, method="brute")
    curves[feature] = {
        "grid": found["grid_values"][0].tolist(),
        "mean": found["average"][0].tolist(),
        "individual": found["individual"][0][:3].tolist(),
    }
pair = partial_dependence(first, X, [(0, 1)], kind="average", grid_resolution=4, method="brute")

weights = rng.random(40).round(3)
ridge = Ridge(alpha=1.0).fit(X, model(X), sample_weight=weights)
shuffled = permutation_importance(
    first, X, target, n_repeats=3000, random_state=0, scoring="neg_root_mean_squared_error"
)

out = {
    "versions": {"shap": shap.__version__, "scikit-learn": sklearn.__version__},
    "rows": X.tolist(),
    "target": target.tolist(),
    "kernelShap": {
        "base": explainer.expected_value.tolist(),
        "values": np.moveaxis(explained, -1, 1).ravel().tolist(),
    },
    "dependence": curves,
    "pair": {"grids": [g.tolist() for g in pair["grid_values"]], "mean": pair["average"][0].tolist()},
    "ridge": {
        "weights": weights.tolist(),
        "slopes": ridge.coef_.ravel().tolist(),
        "intercepts": ridge.intercept_.tolist(),
        "fidelity": [
            float(sklearn.metrics.r2_score(model(X)[:, k], ridge.predict(X)[:, k], sample_weight=weights))
            for k in range(2)
        ],
    },
    "permutation": {
        "rmse": float(root_mean_squared_error(target, first.predict(X))),
        "mean": shuffled.importances_mean.tolist(),
        "standardDeviation": shuffled.importances_std.tolist(),
    },
}
(pathlib.Path(__file__).parent / "agnostic.json").write_text(json.dumps(out) + "\n")

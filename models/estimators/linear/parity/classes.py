"""Writes classes.json: what scikit-learn and statsmodels say about small classifications and sparse regressions.

Needs numpy, scikit-learn and statsmodels; run it in this folder: python classes.py
"""

import json

import numpy as np
import sklearn
import statsmodels
from sklearn.linear_model import ElasticNet, LogisticRegression, Ridge
from statsmodels.miscmodels.ordinal_model import OrderedModel


def rounded(values):
    """Short enough to read, and exactly what the other side reads."""
    return np.round(values, 4)


def classified(random, rows, width, classes):
    features = rounded(random.normal(size=(rows, width)) * (1 + np.arange(width)) + np.arange(width))
    logits = (features - np.arange(width)) @ random.normal(size=(width, classes)) / width
    target = (logits + random.gumbel(size=logits.shape)).argmax(axis=1)
    return features, target


def ordered(random, rows, width, classes):
    features = rounded(random.normal(size=(rows, width)) + 2)
    score = features @ np.linspace(1.5, -1, width) + random.logistic(size=rows)
    cuts = np.quantile(score, np.linspace(0, 1, classes + 1)[1:-1] ** 1.3)
    return features, np.searchsorted(cuts, score)


def logistic(name, features, target, weights, inverse_penalties):
    fits = []
    for c in inverse_penalties:
        fit = LogisticRegression(C=c, solver="newton-cg", tol=1e-13, max_iter=10_000)
        fit.fit(features, target, weights)
        fits.append(
            {"C": c, "coefficients": fit.coef_, "intercepts": fit.intercept_, "probabilities": fit.predict_proba(features[:5])}
        )
    return {"name": name, "features": features, "target": target, "weights": weights, "fits": fits}


def ordinal(name, features, target):
    model = OrderedModel(target, features, distr="logit")
    near = model.fit(method="bfgs", maxiter=5_000, gtol=1e-7, disp=False, skip_hessian=True)
    fit = model.fit(near.params, method="newton", maxiter=500, tol=1e-9, disp=False, skip_hessian=True)
    width = features.shape[1]
    return {
        "name": name,
        "features": features,
        "target": target,
        "coefficients": fit.params[:width],
        "thresholds": model.transform_threshold_params(fit.params)[1:-1],
        "logLikelihood": fit.llf,
        "probabilities": model.predict(fit.params, features[:5]),
    }


def sparse(name, features, target, weights, settings, positive=False):
    fits = []
    for alpha, ratio in settings:
        fit = ElasticNet(alpha=alpha, l1_ratio=ratio, tol=1e-14, max_iter=1_000_000, positive=positive)
        fit.fit(features, target, weights)
        fits.append({"alpha": alpha, "l1Ratio": ratio, "coefficients": [fit.intercept_, *fit.coef_]})
    ridge = Ridge(alpha=0.5, positive=positive, tol=1e-14, max_iter=100_000).fit(features, target, weights)
    least = Ridge(alpha=1e-9, positive=positive, tol=1e-14, max_iter=100_000).fit(features, target, weights)
    return {
        "name": name,
        "features": features,
        "target": target,
        "weights": weights,
        "positive": positive,
        "fits": fits,
        "ridge": [ridge.intercept_, *ridge.coef_],
        "leastSquares": [least.intercept_, *least.coef_],
    }


random = np.random.default_rng(20180102)
settings = [(0.001, 1.0), (0.1, 1.0), (1.0, 1.0), (0.01, 0.5), (0.3, 0.2)]
wide = rounded(random.normal(size=(50, 6)) + random.normal(size=(50, 1)))
numbers = rounded(wide @ [2.0, 0, -1.5, 0, 0.02, -0.4] + 3 + random.normal(size=50))
mixed = rounded(wide @ [2.0, -0.3, 0.5, 0, 0.8, -1.5] + 3 + random.normal(size=50))
weights = rounded(random.uniform(0.2, 3, size=50))
three = classified(random, 70, 4, 3)
two = classified(random, 60, 3, 2)
result = {
    "madeWith": {"scikit-learn": sklearn.__version__, "statsmodels": statsmodels.__version__},
    "logistic": [
        logistic("two classes", *two, None, (0.01, 1.0, 1000.0)),
        logistic("three classes", *three, None, (0.01, 1.0, 1000.0)),
        logistic("weighted", *three, rounded(random.uniform(0.2, 3, size=70)), (1.0,)),
        logistic("balanced weights, two classes", *two, rounded(30 / np.bincount(two[1])[two[1]]), (1.0,)),
    ],
    "ordinal": [
        ordinal("four classes", *ordered(random, 80, 3, 4)),
        ordinal("two classes", *ordered(random, 60, 2, 2)),
        ordinal("six classes", *ordered(random, 90, 2, 6)),
    ],
    "sparse": [
        sparse("plain", wide, numbers, None, settings),
        sparse("weighted", wide, numbers, weights, settings),
        sparse("no slope below 0", wide, mixed, None, settings, positive=True),
    ],
}
with open("classes.json", "w") as file:
    json.dump(result, file, default=lambda value: value.tolist())
    file.write("\n")

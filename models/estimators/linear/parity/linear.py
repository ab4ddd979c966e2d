"""Writes linear.json: what statsmodels and scikit-learn say about small data sets.

Needs numpy, scikit-learn and statsmodels; run it in this folder: python linear.py
"""

import json

import numpy as np
import sklearn
import statsmodels
import statsmodels.api as sm
from sklearn.linear_model import Ridge
from statsmodels.stats.diagnostic import het_breuschpagan
from statsmodels.stats.outliers_influence import variance_inflation_factor
from statsmodels.graphics.gofplots import ProbPlot
from statsmodels.stats.stattools import durbin_watson, jarque_bera


def well_behaved(random):
    features = random.normal(size=(60, 4)) * [1, 10, 0.01, 1000] + [0, 5, -1, 20000]
    noise = random.normal(size=60) * (1 + np.abs(features[:, 0]))
    return features, features @ [2.0, -0.3, 40.0, 0.001] + 7 + noise


def ill_conditioned(random):
    base = random.normal(size=(40, 3)) + 100
    features = np.column_stack([base, base.sum(axis=1) + 1e-4 * random.normal(size=40)])
    return features, features @ [1.0, 2.0, -1.0, 0.5] + 0.1 * random.normal(size=40)


def strong(random):
    features = random.normal(size=(200, 2))
    return features, 3 * features[:, 0] - 2 * features[:, 1] + 0.05 * random.normal(size=200)


def least_squares(features, target, weights):
    columns = sm.add_constant(features, has_constant="add")
    fit = (sm.OLS(target, columns) if weights is None else sm.WLS(target, columns, weights)).fit()
    expected = {
        "coefficients": fit.params,
        "standardErrors": fit.bse,
        "t": fit.tvalues,
        "p": fit.pvalues,
        "rSquared": fit.rsquared,
        "adjustedRSquared": fit.rsquared_adj,
        "f": [fit.fvalue, fit.f_pvalue],
        "residualStandardError": np.sqrt(fit.scale),
        "durbinWatson": durbin_watson(fit.wresid),
        "conditionNumber": fit.condition_number,
    }
    expected |= influence(features, target, np.ones(len(target)) if weights is None else weights)
    if weights is None:
        leverage = fit.get_influence().hat_matrix_diag
        expected |= {
            "varianceInflation": [variance_inflation_factor(columns, i + 1) for i in range(features.shape[1])],
            "breuschPagan": het_breuschpagan(fit.resid, columns)[:2],
            "largestLeverage": [leverage.max(), int(leverage.argmax())],
        }
    return expected


def influence(features, target, weights):
    """Of the fit of rows scaled by the root of their weight, which is the weighted one."""
    columns = sm.add_constant(features, has_constant="add") * np.sqrt(weights)[:, None]
    fit = sm.OLS(target * np.sqrt(weights), columns).fit()
    found = fit.get_influence()
    cooks = found.cooks_distance[0]
    rows = np.argsort(-cooks, kind="stable")[:10]
    plot = ProbPlot(found.resid_studentized_internal)
    count = min(101, len(target))
    ranks = np.floor(np.arange(count) * (len(target) - 1) / (count - 1) + 0.5).astype(int)
    return {
        "jarqueBera": jarque_bera(fit.resid),
        "influential": {
            "rows": rows,
            "leverage": found.hat_matrix_diag[rows],
            "studentizedResidual": found.resid_studentized_internal[rows],
            "cooksDistance": cooks[rows],
        },
        "quantiles": [plot.theoretical_quantiles[ranks], plot.sample_quantiles[ranks]],
    }


def ridge(features, target, weights, alpha):
    fit = Ridge(alpha=alpha, solver="svd").fit(features, target, weights)
    return {"alpha": alpha, "coefficients": [fit.intercept_, *fit.coef_]}


def case(name, features, target, weights=None):
    return {
        "name": name,
        "features": features,
        "target": target,
        "weights": weights,
        "leastSquares": least_squares(features, target, weights),
        "ridge": [ridge(features, target, weights, alpha) for alpha in (1e-3, 1.0, 250.0)],
    }


random = np.random.default_rng(20180101)
cases = [
    case("well behaved", *well_behaved(random)),
    case("ill conditioned", *ill_conditioned(random)),
    case("p-values near 0", *strong(random)),
    case("weighted", *well_behaved(random), random.uniform(0.2, 3, size=60)),
]
made_with = {"statsmodels": statsmodels.__version__, "scikit-learn": sklearn.__version__}
with open("linear.json", "w") as file:
    json.dump({"madeWith": made_with, "cases": cases}, file, default=lambda value: value.tolist())
    file.write("\n")

"""Writes paired.json: McNemar's test of statsmodels, and Diebold and Mariano's with statsmodels' Newey-West variance.
Needs statsmodels, scipy and numpy."""

import json
from pathlib import Path

import numpy as np
import scipy
import statsmodels
import statsmodels.api as sm
from scipy.special import erfc
from statsmodels.stats.contingency_tables import mcnemar

rng = np.random.default_rng(5)

tables = []
for only_challenger, only_champion in ((0, 0), (1, 0), (3, 9), (12, 12), (30, 61), (480, 520), (700, 600), (2000, 1200), (5, 900)):
    exact = only_challenger + only_champion <= 1000
    found = mcnemar([[100, only_challenger], [only_champion, 50]], exact=exact, correction=True)
    tables.append({"onlyChallenger": only_challenger, "onlyChampion": only_champion,
                   "statistic": float(found.statistic), "pValue": float(found.pvalue)})

series = []
for rows, rho, shift in ((30, 0, 0.3), (200, 0.6, 0.2), (500, 0.9, 0.0), (1000, 0, -0.02), (400, 0.3, 1.5)):
    noise = rng.normal(size=rows)
    values = np.empty(rows)
    values[0] = noise[0]
    for t in range(1, rows):
        values[t] = rho * values[t - 1] + noise[t]
    values = np.round(values + shift, 6)
    for ordered in (False, True):
        lags = int(np.floor(4 * (rows / 100) ** (2 / 9))) if ordered else 0
        fit = sm.OLS(values, np.ones(rows)).fit(cov_type="HAC", cov_kwds={"maxlags": lags, "use_correction": False})
        series.append({"differences": values.tolist(), "ordered": ordered, "lags": lags,
                       "statistic": float(fit.tvalues[0]), "pValue": float(fit.pvalues[0])})

tails = [{"x": float(x), "erfc": float(erfc(x))} for x in (0, 1e-3, 0.3, 1, 2, 2.4999, 2.5001, 3, 5, 10, 20, 26)]
Path(__file__).with_name("paired.json").write_text(json.dumps(
    {"statsmodels": statsmodels.__version__, "scipy": scipy.__version__, "tables": tables, "series": series, "tails": tails}))

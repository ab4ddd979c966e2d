"""Makes eda.json: two small tables and what pandas and scipy say of them.

Run with Python 3 and numpy, pandas and scipy; their versions are written into the file.
"""

import json
import pathlib

import numpy as np
import pandas as pd
import scipy
from scipy.stats import ks_2samp
from scipy.stats.contingency import association

rng = np.random.default_rng(5)


def table(rows, shift):
    x = rng.gamma(2, 3, rows).round(2) + shift
    c = rng.choice(["low", "mid", "high"], rows, p=[0.5, 0.3, 0.2])
    d = np.where(rng.random(rows) < 0.6, c, rng.choice(["low", "mid", "high"], rows))
    frame = pd.DataFrame(
        {
            "y": (2 * x + 3 * (c == "high") + rng.normal(size=rows)).round(3),
            "x": x,
            "z": rng.integers(0, 4, rows).astype(float),
            "c": c,
            "d": d,
        }
    )
    frame.loc[rng.random(rows) < 0.1, "z"] = np.nan
    return frame


def ratio(frame, category, number):
    present = frame[[category, number]].dropna()
    grand = present[number].mean()
    groups = present.groupby(category)[number]
    between = (groups.size() * (groups.mean() - grand) ** 2).sum()
    return float(np.sqrt(between / ((present[number] - grand) ** 2).sum()))


def stability(a, b):
    edges = np.unique(np.quantile(a.dropna(), np.arange(1, 10) / 10))
    edges = edges[edges > a.min()]

    def shares(values):
        places = np.searchsorted(edges, values.dropna(), side="right")
        counts = np.append(np.bincount(places, minlength=len(edges) + 1), values.isna().sum())
        return np.maximum(counts / len(values), 1e-4)

    keep = (pd.Series(shares(a)) > 1e-4) | (pd.Series(shares(b)) > 1e-4)
    p, q = shares(a)[keep], shares(b)[keep]
    return float(((q - p) * np.log(q / p)).sum())


a = table(90, 0.0)
b = table(70, 1.0)
numbers = ["y", "x", "z"]
out = {
    "versions": {"pandas": pd.__version__, "scipy": scipy.__version__},
    "a": a.astype(object).where(a.notna(), None).values.tolist(),
    "b": b.astype(object).where(b.notna(), None).values.tolist(),
    "x": {
        "mean": a.x.mean(),
        "deviation": a.x.std(),
        "skewness": a.x.skew(),
        "quartiles": a.x.quantile([0.25, 0.5, 0.75]).tolist(),
    },
    "pearson": a[numbers].corr().values.tolist(),
    "spearman": a[numbers].corr(method="spearman").values.tolist(),
    "cramersV": float(association(pd.crosstab(a.c, a.d), method="cramer")),
    "ratios": [ratio(a, "c", number) for number in numbers],
    "stability": {number: stability(a[number], b[number]) for number in numbers},
    "distance": {n: float(ks_2samp(a[n].dropna(), b[n].dropna()).statistic) for n in numbers},
}
(pathlib.Path(__file__).parent / "eda.json").write_text(json.dumps(out) + "\n")

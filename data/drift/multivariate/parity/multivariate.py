"""Makes multivariate.json: two small samples and what numpy and scipy say of them.

Run with Python 3 and numpy and scipy; their versions are written into the file.
"""

import json
import pathlib

import numpy as np
import scipy
from scipy.stats import f as f_distribution
from scipy.stats import mannwhitneyu, norm

rng = np.random.default_rng(8)


def mmd2(x, y):
    both = np.concatenate([x, y])
    squares = ((both[:, None] - both[None]) ** 2).sum(axis=2)
    median = np.median(squares[np.triu_indices(len(both), 1)])
    kernel = np.exp(-squares / (2 * median))
    m, n = len(x), len(y)
    inside = (kernel[:m, :m].sum() - m) / (m * (m - 1)) + (kernel[m:, m:].sum() - n) / (n * (n - 1))
    return median, inside - 2 * kernel[:m, m:].mean()


def linear(x, y, median):
    k = lambda a, b: np.exp(-((a - b) ** 2).sum(axis=1) / (2 * median))
    pairs = min(len(x), len(y)) // 2
    a, a2, b, b2 = x[: 2 * pairs : 2], x[1 : 2 * pairs : 2], y[: 2 * pairs : 2], y[1 : 2 * pairs : 2]
    h = k(a, a2) + k(b, b2) - k(a, b2) - k(a2, b)
    return h.mean(), norm.sf(h.mean() / (h.std(ddof=1) / np.sqrt(pairs)))


def hotelling(x, y):
    m, n, p = len(x), len(y), x.shape[1]
    d = y.mean(axis=0) - x.mean(axis=0)
    pooled = ((m - 1) * np.cov(x.T) + (n - 1) * np.cov(y.T)) / (m + n - 2)
    t2 = m * n / (m + n) * d @ np.linalg.solve(pooled, d)
    left = m + n - p - 1
    return t2, f_distribution.sf(left / (p * (m + n - 2)) * t2, p, left)


cases = []
for m, n, shift in ((30, 24, 0.0), (40, 60, 0.4), (80, 80, 3.0)):
    mix = rng.normal(size=(3, 3))
    x = (rng.normal(size=(m, 3)) @ mix).round(3)
    y = (rng.normal(size=(n, 3)) @ mix + shift).round(3)
    median, distance = mmd2(x, y)
    mean_linear, p_linear = linear(x, y, median)
    t2, p_t2 = hotelling(x, y)
    a, b = x[:, 0].round(1), y[:, 0].round(1)
    u = mannwhitneyu(b, a, alternative="greater", use_continuity=False, method="asymptotic")
    d = y - x.mean(axis=0)
    cases.append(
        {
            "x": x.tolist(),
            "y": y.tolist(),
            "mmd": [median, distance],
            "linear": [mean_linear, p_linear],
            "hotelling": [t2, p_t2],
            "auc": [u.statistic / (m * n), u.pvalue],
            "mahalanobis": (d @ np.linalg.inv(np.cov(x.T)) * d).sum(axis=1)[:5].tolist(),
        }
    )
out = {"numpy": np.__version__, "scipy": scipy.__version__, "cases": cases}
pathlib.Path(__file__).with_suffix(".json").write_text(json.dumps(out, separators=(",", ":")) + "\n")

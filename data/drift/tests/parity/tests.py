"""Makes tests.json: what scipy and statsmodels say of pairs of samples that tests.test.ts makes again from seeds.

Run with Python 3 and numpy, scipy and statsmodels; their versions are written into the file.
"""

import json
import pathlib
import warnings

import numpy as np
import scipy
import statsmodels
from scipy import stats
from scipy.spatial.distance import jensenshannon
from statsmodels.stats.multitest import multipletests
from statsmodels.stats.weightstats import CompareMeans

warnings.simplefilter("ignore")


def mulberry32(seed):
    """The generator of data/drift/tests/fixture.ts."""
    a = seed

    def u():
        nonlocal a
        a = (a + 0x6D2B79F5) & 0xFFFFFFFF
        t = ((a ^ (a >> 15)) * (a | 1)) & 0xFFFFFFFF
        t ^= (t + (((t ^ (t >> 7)) * (t | 61)) & 0xFFFFFFFF)) & 0xFFFFFFFF
        return ((t ^ (t >> 14)) & 0xFFFFFFFF) / 4294967296

    return u


def sample(seed, n, shift=0.0, scale=1.0, step=0.0):
    u = mulberry32(seed)
    x = np.array([(u() + u() + u() - 1.5) * scale + shift for _ in range(n)])
    return np.floor(x / step) * step if step else x


def deciles(a, b):
    edges = np.unique(np.quantile(a, np.arange(1, 10) / 10))
    shares = lambda x: np.bincount(np.searchsorted(edges, x, "right"), minlength=len(edges) + 1) / len(x)
    return shares(a), shares(b)


def divergences(p, q):
    floor = lambda x: np.maximum(x, 1e-4)
    return {
        "psi": ((floor(p) - floor(q)) * np.log(floor(p) / floor(q))).sum(),
        "jensen-shannon": jensenshannon(p, q, 2),
        "kl": stats.entropy(floor(q), floor(p)),
        "hellinger": np.linalg.norm(np.sqrt(p) - np.sqrt(q)) / np.sqrt(2),
    }


def numeric(a, b):
    both = {}
    for name, run in {
        "ks-asymptotic": lambda: stats.ks_2samp(a, b, method="asymp"),
        "ks": lambda: stats.ks_2samp(a, b),
        "cramer-von-mises": lambda: stats.cramervonmises_2samp(a, b),
        "anderson-darling": lambda: stats.anderson_ksamp([a, b]),
        "mann-whitney": lambda: stats.mannwhitneyu(a, b),
        "t": lambda: stats.ttest_ind(a, b, equal_var=False),
        "z": lambda: CompareMeans.from_data(a, b).ztest_ind(usevar="unequal"),
    }.items():
        try:
            statistic, p = np.asarray(run()[:2] if name == "z" else [run().statistic, run().pvalue], float)
        except (ValueError, IndexError):
            continue
        if np.isfinite(statistic) and np.isfinite(p):
            both[name] = [statistic, p]
    both["wasserstein"] = [stats.wasserstein_distance(a, b)]
    both["energy"] = [stats.energy_distance(a, b)]
    both |= {name: [value] for name, value in divergences(*deciles(a, b)).items()}
    return both


def categories(table):
    table = np.array(table, float)
    seen = table[:, table.sum(axis=0) > 0]
    chi = stats.chi2_contingency(seen, correction=False)
    g = stats.chi2_contingency(seen, correction=False, lambda_="log-likelihood")
    p, q = table / table.sum(axis=1, keepdims=True)
    return {
        "chi-square": [chi.statistic, chi.pvalue],
        "g": [g.statistic, g.pvalue],
        "total-variation": [np.abs(p - q).sum() / 2],
    } | {name: [value] for name, value in divergences(*seen / seen.sum(axis=1, keepdims=True)).items()}


pairs = {
    "one against one": [dict(seed=1, n=1), dict(seed=2, n=1)],
    "two against three": [dict(seed=3, n=2), dict(seed=4, n=3)],
    "eight against eight": [dict(seed=5, n=8), dict(seed=6, n=8)],
    "eight against five hundred": [dict(seed=7, n=8), dict(seed=8, n=500, shift=0.3)],
    "the last exact of Cramér and von Mises": [dict(seed=9, n=20), dict(seed=10, n=17, shift=0.2)],
    "ties among few": [dict(seed=11, n=15, step=0.5), dict(seed=12, n=12, step=0.5, shift=0.3)],
    "ties among many": [dict(seed=13, n=700, step=0.25), dict(seed=14, n=900, step=0.25, shift=0.1)],
    "no change": [dict(seed=15, n=500), dict(seed=16, n=400)],
    "equal sizes": [dict(seed=17, n=300), dict(seed=18, n=300, shift=0.05)],
    "the same sample twice": [dict(seed=19, n=60), dict(seed=19, n=60)],
    "a constant reference": [dict(seed=20, n=40, step=100), dict(seed=21, n=50)],
    "a constant current side": [dict(seed=22, n=50), dict(seed=23, n=40, step=100)],
    "far apart": [dict(seed=24, n=800), dict(seed=25, n=700, shift=1.2)],
    "apart and wider": [dict(seed=26, n=1200), dict(seed=27, n=1500, shift=0.9, scale=2)],
    "nothing in common": [dict(seed=28, n=150), dict(seed=29, n=120, shift=10)],
    "far from zero": [dict(seed=30, n=900, shift=1e6), dict(seed=31, n=800, shift=1e6 + 0.1)],
    "beyond the exact": [dict(seed=32, n=10001), dict(seed=33, n=4000, shift=0.02)],
    "beyond the exact, much drift": [dict(seed=34, n=12000), dict(seed=35, n=11000, shift=0.3)],
    "beyond the exact, the same": [dict(seed=36, n=12000), dict(seed=36, n=12000)],
}
tables = {
    "two by two": [[30, 20], [22, 31]],
    "without a difference": [[100, 200, 300], [10, 20, 30]],
    "one new category": [[50, 40, 0], [45, 30, 12]],
    "one vanished category": [[500, 40, 7], [450, 90, 0]],
    "a cell of one": [[3, 1, 2], [1, 4, 1]],
    "far apart": [[9000, 500, 20], [4000, 5000, 600]],
    "a hundred categories": [[(i * 37) % 101 + 5 for i in range(100)], [(i * 53) % 97 + 5 for i in range(100)]],
}
random = np.random.default_rng(7)
p_values = [
    [0.03],
    random.uniform(size=12).round(6).tolist(),
    (random.uniform(size=40) ** 3).tolist(),
    [0.01, 0.01, 0.2, 1.0, 0.0, 1e-200],
]
out = {
    "versions": {"scipy": scipy.__version__, "statsmodels": statsmodels.__version__},
    "numeric": [
        {"name": name, "reference": a, "current": b, "expected": numeric(sample(**a), sample(**b))}
        for name, (a, b) in pairs.items()
    ],
    "categories": [{"name": n, "table": t, "expected": categories(t)} for n, t in tables.items()],
    "corrections": [
        {
            "p": p,
            "benjaminiHochberg": stats.false_discovery_control(p).tolist(),
            "benjaminiYekutieli": stats.false_discovery_control(p, method="by").tolist(),
            "holm": multipletests(p, method="holm")[1].tolist(),
        }
        for p in p_values
    ],
    "distributions": {
        "kolmogorov": [
            [n, x, stats.kstwo.sf(x, n)]
            for n in [1, 2, 5, 20, 140, 141, 1000, 20000, 100000, 150000]
            for x in [0.7 / n, 1 / n, 0.3 / n**0.5, 0.6 / n**0.5, 0.9 / n**0.5, 1.3 / n**0.5, 1.7 / n**0.5]
            + [2.3 / n**0.5, 5 / n**0.5, 14 / n**0.5, 0.6, 0.99]
        ],
        "smirnov": [
            [n, x, scipy.special.smirnov(n, x)] for n in [1, 7, 300, 5000] for x in [0.001, 0.05, 0.31, 0.8, 0.999]
        ]
        + [[2_000_000, 0.002, scipy.special.smirnov(2_000_000, 0.002)]],
        "chiSquare": [
            [x, k, stats.chi2.sf(x, k)]
            for k in [1, 2, 3, 19, 99, 1000, 20000]
            for x in [0.01 * k, 0.9 * k, k, 1.1 * k, 2 * k, k + 900]
        ],
    },
}
(pathlib.Path(__file__).parent / "tests.json").write_text(json.dumps(out, allow_nan=False) + "\n")

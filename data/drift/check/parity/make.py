"""Reference values of the check's own statistics: scipy's, and A²'s limit by numerical inversion (Gil-Pelaez)."""

import json
import sys

import numpy as np
import scipy
from scipy import integrate, stats
from scipy.stats._morestats import _anderson_ksamp_midrank


def anderson_darling_limit(z):
    def part(t):
        s = 1j * t
        # The square root is continuous along the line when taken factor by factor.
        log = 0.5 * np.sum(-np.log(1 - 2 * s / (j * (j + 1))))
        # Factors beyond: Σ 2s/(j(j + 1)) = 2s/(last + 1), half of it.
        log += s / (j[-1] + 1)
        return np.imag(np.exp(log - s * z)) / t

    j = np.arange(1, 4001)
    value = integrate.quad(part, 1e-9, 400, limit=2000, epsabs=1e-11)[0]
    return 0.5 + value / np.pi


rng = np.random.default_rng(7)
pairs = []
for reference, current in [
    (rng.normal(size=12), rng.normal(size=9)),
    (rng.normal(size=30), rng.normal(0.7, 1.4, size=25)),
    (rng.integers(0, 6, size=40).astype(float), rng.integers(1, 8, size=21).astype(float)),
    (np.arange(25.0), np.arange(25.0)),
]:
    samples = [np.sort(reference), np.sort(current)]
    both = np.sort(np.hstack(samples))
    pairs.append(
        {
            "reference": samples[0].tolist(),
            "current": samples[1].tolist(),
            "andersonDarling": float(
                _anderson_ksamp_midrank(samples, both, np.unique(both), 2, np.array([len(s) for s in samples]), len(both))
            ),
            "wasserstein": float(stats.wasserstein_distance(*samples)),
        }
    )
json.dump(
    {
        "library": f"scipy {scipy.__version__}",
        "pairs": pairs,
        "limit": [{"z": z, "survival": anderson_darling_limit(z)} for z in (0.3, 0.7, 1.0, 1.933, 2.492, 3.878, 6.0)],
    },
    sys.stdout,
    indent=1,
)

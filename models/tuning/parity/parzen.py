"""Writes parzen.json: what Optuna's Parzen estimator and trial split say. Needs optuna 5."""

import json
import math
from functools import partial
from pathlib import Path

import numpy as np
import optuna
from optuna.distributions import CategoricalDistribution, FloatDistribution, IntDistribution
from optuna.samplers._tpe.parzen_estimator import _ParzenEstimator, _ParzenEstimatorParameters
from optuna.samplers._tpe.sampler import _split_trials, default_gamma, default_weights

optuna.logging.set_verbosity(optuna.logging.ERROR)
# Which of two equal observations gets the left neighbour's distance is left to numpy's sort: here, the older.
np.argsort = partial(np.argsort, kind="stable")
parameters = _ParzenEstimatorParameters(1.0, True, False, default_weights, True)
options = ["gbtree", "dart", "linear"]
space = {
    "rate": FloatDistribution(1e-4, 1.0, log=True),
    "share": FloatDistribution(0.3, 1.0),
    "depth": IntDistribution(1, 15),
    "leaves": IntDistribution(1, 1000, log=True),
    "booster": CategoricalDistribution(options),
}
dimensions = {
    "rate": {"kind": "float", "low": 1e-4, "high": 1.0, "log": True},
    "share": {"kind": "float", "low": 0.3, "high": 1.0},
    "depth": {"kind": "integer", "low": 1, "high": 15},
    "leaves": {"kind": "integer", "low": 1, "high": 1000, "log": True},
    "booster": {"kind": "choice", "options": options},
}
rng = np.random.RandomState(7)


def draw():
    return {
        "rate": float(np.exp(rng.uniform(math.log(1e-4), 0))),
        "share": float(rng.uniform(0.3, 1.0)),
        "depth": int(rng.randint(1, 16)),
        "leaves": int(rng.randint(1, 1001)),
        "booster": int(rng.randint(0, 3)),
    }


def named(params):
    return {**params, "booster": options[params["booster"]]}


def columns(rows):
    return {name: np.array([row[name] for row in rows], dtype=float) for name in space}


estimators = []
for count in (0, 1, 2, 3, 7, 24, 25, 26, 27, 60, 120):
    observed = [draw() for _ in range(count)]
    if count == 7:
        observed[3] = dict(observed[2])
    points = [draw() for _ in range(8)]
    estimator = _ParzenEstimator(columns(observed), space, parameters)
    mixture = estimator._mixture_distribution
    kernels = {}
    for name, distribution in zip(space, mixture.distributions):
        if hasattr(distribution, "mu"):
            kernels[name] = {"means": distribution.mu.tolist(), "deviations": distribution.sigma.tolist()}
        else:
            kernels[name] = {"probabilities": distribution.weights.tolist()}
    estimators.append(
        {
            "observed": [named(row) for row in observed],
            "weights": mixture.weights.tolist(),
            "kernels": kernels,
            "points": [named(row) for row in points],
            "logDensity": estimator.log_pdf(columns(points)).tolist(),
        }
    )

splits = []
for count in (10, 11, 31, 300):
    study = optuna.create_study()
    history = []
    for number in range(count):
        pruned = rng.uniform() < (0.97 if count == 31 else 0.3)
        steps = [[s, round(float(rng.uniform(0, 10)), 3)] for s in range(1, rng.randint(2, 6))]
        score = None if pruned else round(float(rng.uniform(0, 10)), 3)
        history.append({"number": number, "score": score, "steps": steps})
        study.add_trial(
            optuna.trial.create_trial(
                state=optuna.trial.TrialState.PRUNED if pruned else optuna.trial.TrialState.COMPLETE,
                value=score,
                params={"share": 0.5},
                distributions={"share": FloatDistribution(0.3, 1.0)},
                intermediate_values=dict(steps),
            )
        )
    good = default_gamma(count)
    below, above = _split_trials(study, study.trials, good)
    splits.append({"history": history, "goodCount": good, "good": [t.number for t in below], "rest": [t.number for t in above]})

pruner = []
median = optuna.pruners.MedianPruner(n_startup_trials=5, n_warmup_steps=2)
for case in range(60):
    study = optuna.create_study(pruner=median)
    history = []
    for number in range(int(rng.randint(3, 12))):
        pruned = rng.uniform() < 0.3
        steps = [[s, float(rng.randint(0, 20))] for s in range(0, rng.randint(1, 7))]
        score = None if pruned else steps[-1][1]
        history.append({"number": number, "score": score, "steps": steps})
        study.add_trial(
            optuna.trial.create_trial(
                state=optuna.trial.TrialState.PRUNED if pruned else optuna.trial.TrialState.COMPLETE,
                value=score,
                intermediate_values=dict(steps),
            )
        )
    trial = study.ask()
    step, score = int(rng.randint(0, 6)), float(rng.randint(0, 20))
    trial.report(score, step)
    pruner.append({"history": history, "step": step, "score": score, "prune": bool(trial.should_prune())})

result = {"optuna": optuna.__version__, "dimensions": dimensions, "estimators": estimators, "splits": splits, "pruner": pruner}
Path(__file__).with_name("parzen.json").write_text(json.dumps(result))

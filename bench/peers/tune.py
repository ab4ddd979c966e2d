"""Peer of `bench:tune`: Optuna and the official xgboost package search the same space on the same rows."""

import json
import sys
import time
from pathlib import Path

import numpy as np
import optuna
import xgboost as xgb

task = json.loads(sys.argv[1])
folder = Path(task["folder"])
optuna.logging.set_verbosity(optuna.logging.ERROR)


def matrix(side):
    values = np.fromfile(folder / f"{side}.features").reshape(task["rows"][side], task["features"])
    return xgb.DMatrix(values, label=np.fromfile(folder / f"{side}.target"), nthread=task["threads"])


names = {
    "learningRate": "eta",
    "maxDepth": "max_depth",
    "minChildWeight": "min_child_weight",
    "colsampleByTree": "colsample_bytree",
}
ROUNDS, PATIENCE, STRIDE = 1000, 50, 10


class Prune(xgb.callback.TrainingCallback):
    """Asks every tenth round, as Relevo does."""

    def __init__(self, trial):
        self.trial = trial
        self.best = float("inf")

    def after_iteration(self, model, epoch, evals_log):
        self.best = min(self.best, evals_log["validation"]["rmse"][-1])
        if (epoch + 1) % STRIDE == 0:
            self.trial.report(self.best, epoch + 1)
            if self.trial.should_prune():
                raise optuna.TrialPruned()
        return False


def suggest(trial, name, dimension):
    low, high, log = dimension["low"], dimension["high"], dimension.get("log", False)
    if dimension["kind"] == "integer":
        return trial.suggest_int(name, low, high, log=log)
    return trial.suggest_float(name, low, high, log=log)


def objective(trial):
    chosen = {names.get(name, name): suggest(trial, name, dimension) for name, dimension in task["space"].items()}
    booster = xgb.train(
        {
            "objective": "reg:squarederror",
            "tree_method": "hist",
            "nthread": task["threads"],
            "seed": task["seed"],
            **chosen,
        },
        train,
        num_boost_round=ROUNDS,
        evals=[(validation, "validation")],
        early_stopping_rounds=PATIENCE,
        callbacks=[Prune(trial)],
        verbose_eval=False,
    )
    return booster.best_score


started = time.perf_counter()
train, validation = matrix("train"), matrix("validation")
study = optuna.create_study(
    sampler=optuna.samplers.TPESampler(seed=task["seed"], multivariate=True),
    pruner=optuna.pruners.MedianPruner(),
)
defaults = {"learningRate": 0.1, "maxDepth": 6, "minChildWeight": 1, "subsample": 1, "colsampleByTree": 1, "lambda": 1}
study.enqueue_trial({name: defaults[name] for name in task["space"] if name in defaults})
study.optimize(objective, n_trials=task["trials"])
pruned = sum(trial.state == optuna.trial.TrialState.PRUNED for trial in study.trials)
print(
    json.dumps(
        {
            "seed": task["seed"],
            "seconds": time.perf_counter() - started,
            "bestScore": study.best_value,
            "pruned": pruned,
        }
    )
)

"""Writes asha.json: what Optuna's SuccessiveHalvingPruner decides over a search. Needs optuna 5."""

import json
from pathlib import Path

import numpy as np
import optuna

optuna.logging.set_verbosity(optuna.logging.ERROR)
rng = np.random.default_rng(3)
searches = []
for first_rung, factor, stride, trials in ((1, 3, 1, 25), (10, 3, 10, 30), (20, 2, 10, 20), (5, 4, 3, 30)):
    pruner = optuna.pruners.SuccessiveHalvingPruner(min_resource=first_rung, reduction_factor=factor, min_early_stopping_rate=0)
    study = optuna.create_study(pruner=pruner)
    history = []
    for _ in range(trials):
        trial = study.ask()
        level, steps, decisions = rng.uniform(1, 3), [], []
        for step in range(stride, 30 * stride + 1, stride):
            level -= rng.uniform(0, 0.08)
            trial.report(level, step)
            steps.append([step, level])
            decisions.append(bool(trial.should_prune()))
            if decisions[-1]:
                break
        if decisions[-1]:
            study.tell(trial, state=optuna.trial.TrialState.PRUNED)
        else:
            study.tell(trial, level)
        history.append({"steps": steps, "pruned": decisions[-1]})
    searches.append({"firstRung": first_rung, "reductionFactor": factor, "trials": history})

Path(__file__).with_name("asha.json").write_text(json.dumps({"optuna": optuna.__version__, "searches": searches}))

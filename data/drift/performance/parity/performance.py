"""Makes performance.json: isotonic curves and confusion metrics of sklearn.

Run with Python 3, numpy and scikit-learn; their versions are written into the file.
"""

import json
import pathlib

import numpy as np
import sklearn
from sklearn.isotonic import IsotonicRegression
from sklearn.metrics import balanced_accuracy_score, f1_score, precision_score, recall_score

rng = np.random.default_rng(3)
curves = []
for rows, places in ((40, 2), (120, 1), (60, 6)):
    scores = rng.random(rows).round(places)
    outcomes = (rng.random(rows) < scores**2).astype(float)
    at = np.concatenate([np.linspace(-0.1, 1.1, 13), scores[:5]]).round(4)
    levels = IsotonicRegression(out_of_bounds="clip").fit(scores, outcomes).predict(at)
    curves.append({"scores": scores.tolist(), "outcomes": outcomes.tolist(), "at": at.tolist(), "levels": levels.tolist()})
tables = []
for classes in (2, 3, 5):
    actual = rng.integers(0, classes, 200)
    answer = np.where(rng.random(200) < 0.6, actual, rng.integers(0, classes, 200))
    table = np.zeros((classes, classes))
    np.add.at(table, (actual, answer), 1)
    tables.append(
        {
            "table": table.ravel().tolist(),
            "width": classes,
            "balancedAccuracy": balanced_accuracy_score(actual, answer),
            "macroF1": f1_score(actual, answer, average="macro"),
            "weightedF1": f1_score(actual, answer, average="weighted"),
            "macroPrecision": precision_score(actual, answer, average="macro"),
            "macroRecall": recall_score(actual, answer, average="macro"),
        }
    )
out = {"numpy": np.__version__, "sklearn": sklearn.__version__, "curves": curves, "tables": tables}
pathlib.Path(__file__).with_suffix(".json").write_text(json.dumps(out, separators=(",", ":")) + "\n")

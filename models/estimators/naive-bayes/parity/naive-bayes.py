"""Makes naive-bayes.json: python naive-bayes.py > naive-bayes.json. Version: scikit-learn 1.9.1."""
import json
import numpy as np
from sklearn.naive_bayes import GaussianNB

rng = np.random.default_rng(5)
features = np.round(rng.normal(size=(50, 4)) * [1, 10, 0.1, 0] + [0, 100, 5, 7], 3)
classes = np.digitize(features[:, 0] + features[:, 1] / 10 - 10 + rng.normal(size=50), [-0.8, 0.8])
weights = np.round(rng.uniform(0, 3, size=50), 2)
queries = np.round(rng.normal(size=(10, 4)) * [2, 20, 0.2, 0.001] + [0, 100, 5, 7], 3)
cases = []
for smoothing in (1e-9, 1e-3, 0.5):
    for given in (None, weights):
        model = GaussianNB(var_smoothing=smoothing).fit(features, classes, sample_weight=given)
        cases.append({
            "varSmoothing": smoothing,
            "weighted": given is not None,
            "logProbabilities": model.predict_log_proba(queries).tolist(),
        })
print(json.dumps({"features": features.tolist(), "classes": classes.tolist(), "weights": weights.tolist(), "queries": queries.tolist(), "cases": cases}))

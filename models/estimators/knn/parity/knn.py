"""Makes knn.json: python knn.py > knn.json. Versions: scikit-learn 1.9.1, numpy 2.4.6."""
import json
import numpy as np
from sklearn.neighbors import KNeighborsClassifier, KNeighborsRegressor

rng = np.random.default_rng(4)
features = np.round(rng.normal(size=(60, 3)), 3)
queries = np.vstack([np.round(rng.normal(size=(12, 3)), 3), features[:3]])
target = np.round(features[:, 0] * 2 - features[:, 1] ** 2 + rng.normal(size=60), 3)
classes = np.digitize(target, [-1.5, 0.5])
cases = []
for k in (1, 5, 60):
    for weighting in ("uniform", "distance"):
        number = KNeighborsRegressor(k, weights=weighting, algorithm="brute").fit(features, target)
        shares = KNeighborsClassifier(k, weights=weighting, algorithm="brute").fit(features, classes)
        cases.append({
            "neighbours": k,
            "weighting": weighting,
            "regression": number.predict(queries).tolist(),
            "classification": shares.predict_proba(queries).tolist(),
        })
print(json.dumps({"features": features.tolist(), "target": target.tolist(), "classes": classes.tolist(), "queries": queries.tolist(), "cases": cases}))

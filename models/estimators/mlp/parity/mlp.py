"""Makes mlp.json: python mlp.py > mlp.json. Version: scikit-learn 1.9.1.

Gradients and Adam's steps of scikit-learn's networks over the whole batch, from given weights: `history` has the
loss before each step and the last parameters, layer by layer: weights (row-major), then biases.
"""
import json
import numpy as np
from sklearn.neural_network import MLPClassifier, MLPRegressor

rng = np.random.default_rng(6)
features = np.round(rng.normal(size=(20, 3)), 3)
target = np.round(np.sin(features[:, 0]) + features[:, 1] * features[:, 2], 3)
classes = np.digitize(target, [-0.4, 0.4])


def flat(arrays, biases):
    return np.concatenate([part for w, b in zip(arrays, biases) for part in (w.ravel(), b)]).tolist()


def start(model, answers, sizes):
    """A fitted model whose weights are replaced: scikit-learn has no other way in."""
    model.set_params(max_iter=1).fit(features, answers)
    model.coefs_ = [np.round(rng.normal(size=(a, b)) * 0.5, 3) for a, b in zip(sizes, sizes[1:])]
    model.intercepts_ = [np.round(rng.normal(size=b) * 0.1, 3) for b in sizes[1:]]


def case(name, model, answers, encoded, hidden, outputs, alpha, steps):
    sizes = [3, *hidden, outputs]
    start(model, answers, sizes)
    coefs = [w.copy() for w in model.coefs_]
    intercepts = [b.copy() for b in model.intercepts_]
    activations = [features] + [np.empty((len(features), size)) for size in sizes[1:]]
    deltas = [np.empty_like(a) for a in activations[1:]]
    grads = [np.empty_like(w) for w in coefs]
    bias_grads = [np.empty_like(b) for b in intercepts]
    loss, grads, bias_grads = model._backprop(features, encoded, None, activations, deltas, grads, bias_grads)
    gradient = flat(grads, bias_grads)
    predicted = (model.predict_proba(features) if outputs > 1 else model.predict(features)).tolist()
    model.set_params(max_iter=steps, warm_start=True)
    model.coefs_ = [w.copy() for w in coefs]
    model.intercepts_ = [b.copy() for b in intercepts]
    del model._optimizer
    model.n_iter_ = 0
    model.fit(features, answers)
    return {
        "name": name, "sizes": sizes, "alpha": alpha, "steps": steps, "learningRate": 0.01,
        "parameters": flat(coefs, intercepts), "predicted": predicted, "gradient": gradient,
        "after": flat(model.coefs_, model.intercepts_),
    }


import warnings
warnings.filterwarnings("ignore")
common = dict(solver="adam", batch_size=20, shuffle=False, learning_rate_init=0.01, tol=0, n_iter_no_change=10_000, random_state=1)
cases = []
for hidden, alpha in (((5,), 0.1), ((6, 4), 0.0)):
    cases.append(case("regression", MLPRegressor(hidden_layer_sizes=hidden, alpha=alpha, **common), target, target.reshape(-1, 1), hidden, 1, alpha, 25))
    cases.append(case("classification", MLPClassifier(hidden_layer_sizes=hidden, alpha=alpha, **common), classes, np.eye(3)[classes], hidden, 3, alpha, 25))
print(json.dumps({"features": features.tolist(), "target": target.tolist(), "classes": classes.tolist(), "cases": cases}))

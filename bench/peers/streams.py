"""Peers of `bench:streams`: the no-change classifier, river's online logistic regression and adaptive random forest."""

import csv
import json
import sys

from river import compose, forest, linear_model, preprocessing


def rows(path):
    with open(path, newline="") as file:
        for line in csv.DictReader(file):
            line.pop("at", None)
            target = next(name for name in ("class", "y") if name in line)
            label = int(line.pop(target))
            yield {name: number(value) for name, value in line.items()}, label


def number(value):
    try:
        return float(value)
    except ValueError:
        return value


def prepared(model):
    numbers = compose.SelectType(float) | preprocessing.StandardScaler()
    texts = compose.SelectType(str) | preprocessing.OneHotEncoder()
    return compose.TransformerUnion(numbers, texts) | model


def main(path, warm):
    models = {
        "logistic": prepared(linear_model.LogisticRegression()),
        "adaptiveRandomForest": forest.ARFClassifier(n_models=10, seed=42),
    }
    right = {name: [0, 0] for name in ["noChange", *models]}
    last = 0
    for at, (features, label) in enumerate(rows(path)):
        answers = {"noChange": last, **{name: model.predict_one(features) or 0 for name, model in models.items()}}
        for name, answer in answers.items():
            hit = int(answer == label)
            right[name][0] += hit
            right[name][1] += hit if at >= warm else 0
        for model in models.values():
            model.learn_one(features, label)
        last = label
    count = at + 1
    print(
        json.dumps(
            {name: {"all": total / count, "afterFirst": later / (count - warm)} for name, (total, later) in right.items()}
        )
    )


main(sys.argv[1], int(sys.argv[2]))

"""Makes agrawal.json: people that river's Agrawal generator drew, and the class of each by its ten functions.

Run with Python 3 and river; its version is written into the file.
"""

import json
import pathlib

import river
from river.datasets.synth import Agrawal

people = [x for x, _ in Agrawal(seed=4, perturbation=0.1).take(150)]
functions = Agrawal()._classification_functions
classes = ["".join(str(function(**person)) for function in functions) for person in people]
out = {"river": river.__version__, "people": [list(person.values()) for person in people], "classes": classes}
pathlib.Path(__file__).with_suffix(".json").write_text(json.dumps(out, separators=(",", ":")) + "\n")

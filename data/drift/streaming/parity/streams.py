"""Makes streams.json: where river and frouros find drift in seeded streams, all detectors with their defaults.

Run with Python 3 and river and frouros; their versions are written into the file. A stream is regenerable: u is
mulberry32(seed), one number a value; errors are u < rate, values are (u1 + u2 + u3 - 1.5) * scale + shift.
Where frouros finds drift its detector is reset. KSWIN draws with seed 42.
"""

import json
import pathlib
import warnings

import frouros
import river
from frouros.detectors.concept_drift import ECDDWT, RDDM, STEPD
from river.drift import ADWIN, KSWIN, PageHinkley
from river.drift.binary import DDM, EDDM, HDDM_A, HDDM_W

warnings.filterwarnings("ignore")


def mulberry32(seed):
    state = seed

    def next_():
        nonlocal state
        state = (state + 0x6D2B79F5) & 0xFFFFFFFF
        t = state
        t = ((t ^ (t >> 15)) * (t | 1)) & 0xFFFFFFFF
        t ^= (t + (((t ^ (t >> 7)) * (t | 61)) & 0xFFFFFFFF)) & 0xFFFFFFFF
        return ((t ^ (t >> 14)) & 0xFFFFFFFF) / 4294967296

    return next_


def errors(seed, parts):
    u = mulberry32(seed)
    stream = []
    for rows, start, end in parts:
        for row in range(rows):
            stream.append(int(u() < start + (end - start) * row / rows))
    return stream


def values(seed, parts):
    u = mulberry32(seed)
    stream = []
    for rows, shift, scale in parts:
        for _ in range(rows):
            stream.append((u() + u() + u() - 1.5) * scale + shift)
    return stream


def with_river(make):
    def run(stream):
        detector = make()
        found = []
        for place, value in enumerate(stream):
            detector.update(value)
            if detector.drift_detected:
                found.append(place)
        return found

    return run


def with_frouros(make):
    def run(stream):
        detector = make()
        found = []
        for place, value in enumerate(stream):
            detector.update(value=value)
            if detector.drift:
                found.append(place)
                detector.reset()
        return found

    return run


of_values = {
    "adwin": with_river(ADWIN),
    "page-hinkley": with_river(PageHinkley),
    "kswin": with_river(lambda: KSWIN(seed=42)),
}
of_errors = {
    **of_values,
    "ddm": with_river(DDM),
    "eddm": with_river(EDDM),
    "hddm-a": with_river(HDDM_A),
    "hddm-w": with_river(HDDM_W),
    "rddm": with_frouros(RDDM),
    "ecdd": with_frouros(ECDDWT),
    "stepd": with_frouros(STEPD),
}
cases = [
    # An abrupt rise, a gradual one, a fall, many changes, few errors, a long stable concept (RDDM cuts it).
    ("errors", 7, [[3000, 0.2, 0.2], [3000, 0.4, 0.4]]),
    ("errors", 11, [[2000, 0.1, 0.1], [4000, 0.1, 0.5], [2000, 0.5, 0.5]]),
    ("errors", 13, [[3000, 0.45, 0.45], [3000, 0.1, 0.1], [3000, 0.3, 0.3]]),
    ("errors", 17, [[700, 0.1 + 0.2 * (part % 2), 0.1 + 0.2 * (part % 2)] for part in range(12)]),
    ("errors", 19, [[4000, 0.004, 0.004], [4000, 0.02, 0.02]]),
    ("errors", 23, [[95000, 0.15, 0.15], [5000, 0.22, 0.22]]),
    ("errors", 29, [[500, 0, 0], [500, 1, 1], [500, 0.5, 0.5]]),
    ("values", 31, [[3000, 0, 1], [3000, 0.4, 1]]),
    ("values", 37, [[2000, 5, 2], [2000, 5, 6], [2000, -3, 2]]),
    ("values", 41, [[5000, 1e6, 1], [3000, 1e6 + 1, 1]]),
]

out = {"river": river.__version__, "frouros": frouros.__version__, "cases": []}
for kind, seed, parts in cases:
    stream = (errors if kind == "errors" else values)(seed, parts)
    detectors = of_errors if kind == "errors" else of_values
    slow = {"kswin"} if len(stream) > 20000 else set()
    indices = {name: run(stream) for name, run in detectors.items() if name not in slow}
    out["cases"].append({"kind": kind, "seed": seed, "parts": parts, "indices": indices})
    print(kind, seed, {name: len(found) for name, found in indices.items()})
text = json.dumps(out, separators=(",", ":")).replace('{"kind"', '\n{"kind"')
pathlib.Path(__file__).with_suffix(".json").write_text(text + "\n")

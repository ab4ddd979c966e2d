"""Peer of bench:drift: what river and frouros find in a stream of errors, and how many events a second they take.

Arguments: the stream, a byte a value; then for each detector its name and the part of the stream, as start:end.
Where frouros finds drift its detector is reset, as river's does by itself.
"""

import json
import sys
import time
import warnings

from frouros.detectors.concept_drift import ECDDWT, RDDM, STEPD
from river.drift import ADWIN, KSWIN, PageHinkley
from river.drift.binary import DDM, EDDM, HDDM_A, HDDM_W

warnings.filterwarnings("ignore")

river = {
    "adwin": ADWIN,
    "ddm": DDM,
    "eddm": EDDM,
    "hddm-a": HDDM_A,
    "hddm-w": HDDM_W,
    "kswin": lambda: KSWIN(seed=42),
    "page-hinkley": PageHinkley,
}
frouros = {"ecdd": ECDDWT, "rddm": RDDM, "stepd": STEPD}


def with_river(detector, stream):
    found = []
    for place, value in enumerate(stream):
        detector.update(value)
        if detector.drift_detected:
            found.append(place)
    return found


def with_frouros(detector, stream):
    found = []
    for place, value in enumerate(stream):
        detector.update(value=value)
        if detector.drift:
            found.append(place)
            detector.reset()
    return found


def main(path, *parts):
    with open(path, "rb") as file:
        stream = list(file.read())
    for part in parts:
        name, start, end = part.split(":")
        values = stream[int(start) : int(end)]
        library, run, make = ("river", with_river, river) if name in river else ("frouros", with_frouros, frouros)
        detector = make[name]()
        started = time.perf_counter()
        found = run(detector, values)
        seconds = time.perf_counter() - started
        print(json.dumps({"name": name, "library": library, "eventsPerSecond": len(values) / seconds, "found": found}))


main(*sys.argv[1:])

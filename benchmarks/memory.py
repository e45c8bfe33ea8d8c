"""P5 in a process of its own: import the files given, one after the other, and tell the peak memory after each."""

import json
import resource
import sys
from pathlib import Path

import django


def peak_mb() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


if __name__ == "__main__":
    django.setup()
    from benchmarks import shop

    peaks = []
    for name in sys.argv[1:]:
        shop.load(shop.store("bench-0"), Path(name))
        peaks.append(peak_mb())
    print(json.dumps(peaks))

"""P5 in a process of its own: import the files given, one after the other, and tell the peak memory after each."""

import json
import re
import resource
import sys
from pathlib import Path

import django


def peak_mb() -> float:
    """Linux keeps the parent's peak in ru_maxrss over exec, so its own VmHWM is asked where there is one."""
    status = Path("/proc/self/status")
    if status.exists():
        return int(re.search(r"VmHWM:\s+(\d+) kB", status.read_text())[1]) / 1024
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


if __name__ == "__main__":
    django.setup()
    from benchmarks import shop

    peaks = []
    for name in sys.argv[1:]:
        shop.load(shop.store("bench-0"), Path(name))
        peaks.append(peak_mb())
    print(json.dumps(peaks))

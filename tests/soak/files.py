"""Ten minutes of damaged files: every sample with random bytes and cuts, read to the end. Only sentences may come out.

`make soak` runs it (SOAK_SECONDS, SOAK_SEED); not a part of the suite, which has two hundred fixed ones.
"""

import os
import random
import sys
import tempfile
import time
from pathlib import Path

from kpis.ingest.detect import open_file
from kpis.ingest.rows import Bad
from opsplan.lib.problems import TEXTS, FileProblem, Problem

SECONDS = int(os.environ.get("SOAK_SECONDS", "600"))
SEED = int(os.environ.get("SOAK_SEED", "20261122"))
SAMPLES = Path(__file__).resolve().parents[1] / "files"
PIECES = (b'"', b",", b"\n", b"\r", b"\0", b"\t", b"=", b"\xff", "，".encode(), b"1E+18", b"-", b"<td>", b"&#x41;")


def damaged(data: bytes, chance: random.Random) -> bytes:
    found = bytearray(data)
    for _n in range(chance.choice((1, 2, 8, 64))):
        at = chance.randrange(len(found) + 1)
        match chance.randrange(4):
            case 0 if at < len(found):
                found[at] = chance.randrange(256)
            case 1:
                found[at:at] = chance.choice(PIECES)
            case 2:
                del found[at : at + chance.randrange(1, 40)]
            case _:
                found[at:at] = found[at : at + chance.randrange(1, 200)]
    return bytes(found[: chance.randrange(len(found) + 1)]) if chance.random() < 0.1 else bytes(found)


def read(path: Path, name: str) -> str:
    """What came of it; anything but rows, problems and FileProblem is raised."""
    try:
        for opened in open_file(path, name):
            if opened.reader is None:
                continue
            for row in opened.rows():
                told = row.problems if isinstance(row, Bad) else (row,) if isinstance(row, Problem) else ()
                for problem in told:
                    assert TEXTS[problem.code] % problem.params
    except FileProblem as problem:
        return problem.code
    return "read"


def main() -> int:
    chance = random.Random(SEED)
    samples = [path for path in sorted(SAMPLES.iterdir()) if path.name != "headers.csv"]
    until, count, failed = time.monotonic() + SECONDS, 0, 0
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "file"
        while time.monotonic() < until:
            sample = chance.choice(samples)
            path.write_bytes(damaged(sample.read_bytes(), chance))
            try:
                read(path, sample.name)
            except Exception as error:
                failed += 1
                kept = Path(tempfile.gettempdir()) / f"opsplan-soak-{SEED}-{count}-{sample.name}"
                kept.write_bytes(path.read_bytes())
                sys.stdout.write(f"{type(error).__name__}: {error}: {kept}\n")
            count += 1
    sys.stdout.write(f"{count} damaged files, {failed} crashes\n")
    return 1 if failed or not count else 0


if __name__ == "__main__":
    sys.exit(main())

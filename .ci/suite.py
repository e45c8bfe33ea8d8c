"""`make test`: the whole suite on SQLite, then on PostgreSQL; what was skipped is said at the end.

    .venv/bin/python .ci/suite.py [pytest arguments]

PostgreSQL: TEST_DATABASE_URL, else a throwaway cluster (see postgres.py). OPSPLAN_NO_SKIPS=1 makes a skipped test a
failed one. TEST_PROCESSES: how many tests run at once (default: one for each core, four at most).
BESIDE="name:folder ...": what was started before and runs beside the tests; each writes what it has to say into the
file `told`, and at last its exit code into `code`.
"""

import os
import signal
import subprocess
import sys
import tempfile
import time
import xml.etree.ElementTree as ET
from collections import Counter
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path

import postgres

ROOT = Path(__file__).resolve().parents[1]
NOT_FOR_TESTS = ("TEST_DATABASE_URL", "DATABASE_URL", "EARLIER_FAILED", "BESIDE")
NOT_EVERYWHERE = "real order report"  # a shop's own data: never part of the project


@dataclass
class Outcome:
    """What a run of the suite came to; `skipped` counts by reason."""

    passed: int = 0
    failed: int = 0
    skipped: Counter[str] = field(default_factory=Counter)

    def add(self, other: "Outcome") -> None:
        self.passed += other.passed
        self.failed += other.failed
        self.skipped += other.skipped


def read(report: Path) -> Outcome:
    outcome = Outcome()
    for case in ET.parse(report).iter("testcase"):
        skip = case.find("skipped")
        if case.find("failure") is not None or case.find("error") is not None:
            outcome.failed += 1
        elif skip is not None:
            outcome.skipped[skip.get("message") or "without a reason"] += 1
        else:
            outcome.passed += 1
    return outcome


def slowest(report: Path, count: int = 10) -> list[str]:
    """The test files that took longest, in seconds, and how many tests they hold."""
    seconds, tests = Counter[str](), Counter[str]()
    for case in ET.parse(report).iter("testcase"):
        file = case.get("classname") or ""
        seconds[file] += float(case.get("time") or 0)
        tests[file] += 1
    return [f"{round(took):5} s {tests[file]:4} x {file}" for file, took in seconds.most_common(count)]


def run(name: str, url: str | None, arguments: list[str], report: Path) -> Outcome:
    """One run; a pytest that could not even begin counts as one failure."""
    print(f"== {name} ==", flush=True)
    env = {key: value for key, value in os.environ.items() if key not in NOT_FOR_TESTS}
    env |= {"TEST_DATABASE_URL": url} if url else {}
    processes = os.environ.get("TEST_PROCESSES") or str(min(4, os.cpu_count() or 1))
    command = [
        sys.executable,
        "-m",
        "pytest",
        "-n",
        processes,
        "--dist",
        "loadfile",
        "--no-loadscope-reorder",
        f"--junitxml={report}",
        *arguments,
    ]
    started = time.monotonic()
    code = subprocess.run(command, cwd=ROOT, env=env, check=False).returncode
    outcome = read(report) if report.exists() else Outcome()
    if code not in (0, 1, 5) or (code == 1 and not outcome.failed):
        outcome.failed += 1
    told = f"{outcome.passed} passed, {outcome.failed} failed, {outcome.skipped.total()} skipped"
    print(f"{name}: {told} in {time.monotonic() - started:.0f} s", flush=True)
    if report.exists() and not outcome.failed:
        print("\n".join(["slowest files:", *slowest(report)]), flush=True)
    return outcome


def ended_well(name: str, folder: Path) -> bool:
    """Tell what ran beside the tests, once it has ended."""
    deadline = time.monotonic() + 1200
    told, code = folder / "told", folder / "code"
    while not code.exists() and time.monotonic() < deadline:
        time.sleep(0.2)
    print(f"== {name} (beside the tests) ==\n{told.read_text()}", end="", flush=True)
    return code.exists() and code.read_text().strip() == "0"


def main() -> int:
    arguments = sys.argv[1:]
    total = Outcome()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))  # so that what was started is taken away
    with ExitStack() as stack:
        reports = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="opsplan-suite-")))
        total.add(run("SQLite", None, arguments, reports / "sqlite.xml"))
        earlier = os.environ.get("EARLIER_FAILED", "").split()
        url = os.environ.get("TEST_DATABASE_URL")
        try:
            url = url or stack.enter_context(postgres.cluster())
        except LookupError as reason:
            total.skipped[f"everything on PostgreSQL: {reason}"] += 1
        if url:
            again = arguments if "-m" in arguments else ["-m", "not once and not browser", *arguments]
            total.add(run("PostgreSQL", url, again, reports / "postgres.xml"))
        for name, _colon, folder in (each.partition(":") for each in os.environ.get("BESIDE", "").split()):
            earlier += [] if ended_well(name, Path(folder)) else [name]
    for reason, count in sorted(total.skipped.items()):
        print(f"skipped {count} x {reason}")
    for reason in [x for x in total.skipped if NOT_EVERYWHERE in x]:
        del total.skipped[reason]  # said above; no machine can be asked to have it
    if os.environ.get("OPSPLAN_NO_SKIPS") == "1" and total.skipped:
        print("Nothing may be skipped here (OPSPLAN_NO_SKIPS=1).")
        total.failed += total.skipped.total()
    if earlier:
        print(f"failed before: {', '.join(earlier)}")
        total.failed += len(earlier)
    skipped = f", {total.skipped.total()} skipped" if total.skipped else ""
    print(f"{total.passed} passed, {total.failed} failed{skipped}")
    return 1 if total.failed or not total.passed else 0


if __name__ == "__main__":
    sys.exit(main())

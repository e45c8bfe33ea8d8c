"""One line a row, and the clock that makes it."""

import statistics
import time
from collections.abc import Callable
from dataclasses import dataclass


@dataclass(frozen=True)
class Result:
    """A row of docs/performance.md: `ratio` against `goal`; higher is better unless `at_most`."""

    name: str
    ours: str
    baseline: str
    ratio: float
    goal: float
    at_most: bool = False
    note: str = ""

    @property
    def met(self) -> bool:
        return self.ratio <= self.goal if self.at_most else self.ratio >= self.goal

    def __str__(self) -> str:
        sign, verdict = ("<=" if self.at_most else ">="), ("met" if self.met else "NOT MET")
        line = f"{self.name:<44} ours {self.ours:<22} baseline {self.baseline:<22} ratio {self.ratio:>9.3f}"
        return f"{line}  goal {sign} {self.goal:<6g} {verdict}" + (f"  ({self.note})" if self.note else "")


@dataclass(frozen=True)
class Sizes:
    """lines: of one import; again: repetitions; history: lines there before (P2); slow: rows of P4's baselines."""

    lines: int
    again: int
    history: int
    slow: int
    memory: tuple[int, int]


def seconds(work: Callable[[], object]) -> float:
    started = time.perf_counter()
    work()
    return time.perf_counter() - started


def median(times: list[float]) -> float:
    return statistics.median(times)


def per_second(count: int, spent: float) -> str:
    return f"{count / spent:,.0f}/s"

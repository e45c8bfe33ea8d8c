"""The checklists that ship with the app, in both languages (pure): `templates.tsv` holds the 92 of the eight duties,
`more.tsv` the lunch break, the processes that are started by hand, and what the app itself triggers, `stages.tsv` the
playbook of a product's stages.

Their texts become data of a store in the language it chose, so they stand here and not in the catalogue of
translations. off: why one is delivered switched off: "covered" by a row that several duties share, "history" for what
the platforms have closed. source: the requirements it comes from.
"""

import csv
import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from staff.roles import Duty

FOLDER = Path(__file__).parent
ALL = tuple(Duty)


@dataclass(frozen=True)
class Words:
    title: str
    how_to: str
    steps: tuple[str, ...]


@dataclass(frozen=True)
class Entry:
    """A template as it ships. rule, trigger, offset, span, evidence, metric, points: as in `TemplateVersion`."""

    key: str
    duties: tuple[Duty, ...]
    rule: str
    starts: dt.time | None
    ends: dt.time | None
    span: int
    trigger: str
    offset: int
    evidence: str
    metric: str
    metric_ago: int
    points: str
    off: str
    sources: tuple[str, ...]
    zh: Words
    en: Words

    def words(self, language: str) -> Words:
        return self.zh if language.startswith("zh") else self.en

    @property
    def is_break(self) -> bool:
        return self.off == "break"

    @property
    def is_on(self) -> bool:
        return self.off not in ("covered", "history")


@cache
def templates() -> tuple[Entry, ...]:
    """The 92, in their order."""
    return tuple(read("templates.tsv"))


@cache
def more() -> tuple[Entry, ...]:
    return tuple(read("more.tsv"))


@cache
def stages() -> tuple[Entry, ...]:
    """The playbook of the stages of a product's life (domain.md 4.2): what is done once is made when a product enters
    the stage, what is done again and again goes through all products that are in it."""
    return tuple(read("stages.tsv"))


def everything() -> tuple[Entry, ...]:
    return (*templates(), *more(), *stages())


def read(name: str) -> Iterator[Entry]:
    with (FOLDER / name).open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file, delimiter="\t", quoting=csv.QUOTE_NONE, restval=""):
            yield Entry(
                key=row["key"],
                duties=ALL if row["duties"] == "*" else tuple(Duty(x) for x in row["duties"].split(",")),
                rule=row["rule"],
                starts=time_of(row["starts"]),
                ends=time_of(row["ends"]),
                span=int(row["span"]),
                trigger=row["trigger"],
                offset=int(row["offset"] or 0),
                evidence=row["evidence"],
                metric=row["metric"],
                metric_ago=int(row["ago"] or 0),
                points=row.get("points", ""),
                off=row["off"],
                sources=tuple(x for x in row["source"].split(",") if x),
                zh=Words(row["zh"], row["how_zh"], steps_of(row["steps_zh"])),
                en=Words(row["en"], row["how_en"], steps_of(row["steps_en"])),
            )


def time_of(text: str) -> dt.time | None:
    return dt.time.fromisoformat(text) if text else None


def steps_of(text: str) -> tuple[str, ...]:
    return tuple(text.split("|")) if text else ()

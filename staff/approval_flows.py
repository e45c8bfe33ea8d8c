"""Approval flows as data and their transitions (pure): `library/flows.tsv` holds the five of the founding papers
(S108-S112) and the short ones for a plan, a campaign and an exception to the price rules.

An approval stands at a step (`place`, from 0) until it is settled. What may be done there is `verbs`, what comes of it
`after`; who is asked is said by the step: duties, "all", "director" (a manager or owner) or "owner".
"""

import csv
from dataclasses import dataclass
from functools import cache
from pathlib import Path

FILE = Path(__file__).parent / "library" / "flows.tsv"
OPEN, APPROVED, REFUSED, WITHDRAWN = "open", "approved", "refused", "withdrawn"


class BadMove(ValueError):
    """This cannot be done at this step."""


@dataclass(frozen=True)
class Step:
    """kind: write (the text that a refusal sends back to), work, opinions (everybody may say something), decide."""

    zh: str
    en: str
    who: tuple[str, ...]
    kind: str

    def name(self, language: str) -> str:
        return self.zh if language.startswith("zh") else self.en


@dataclass(frozen=True)
class Flow:
    """second: whoever asked may not decide. source: the requirement it comes from."""

    key: str
    source: str
    second: bool
    zh: str
    en: str
    steps: tuple[Step, ...]

    def name(self, language: str) -> str:
        return self.zh if language.startswith("zh") else self.en


@cache
def flows() -> dict[str, Flow]:
    """Every flow by its key."""
    heads: dict[str, tuple[str, bool, str, str]] = {}
    steps: dict[str, list[Step]] = {}
    with FILE.open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file, delimiter="\t", quoting=csv.QUOTE_NONE):
            heads[row["flow"]] = (row["source"], row["second"] == "yes", row["flow_zh"], row["flow_en"])
            step = Step(row["zh"], row["en"], tuple(row["who"].split(",")), row["kind"])
            steps.setdefault(row["flow"], []).append(step)
    return {key: Flow(key, *head, tuple(steps[key])) for key, head in heads.items()}


def back_to(flow: Flow, place: int) -> int | None:
    """The step that a "back" leads to: where the text was written last."""
    return next((x for x in range(place - 1, -1, -1) if flow.steps[x].kind == "write"), None)


def verbs(flow: Flow, place: int) -> tuple[str, ...]:
    """What may be done at a step; "say" and "withdraw" may be done at every one."""
    if flow.steps[place].kind != "decide":
        return ("done", "say", "withdraw")
    back = ("back",) if back_to(flow, place) is not None else ()
    return ("yes", "no", *back, "say", "withdraw")


def after(flow: Flow, place: int, verb: str) -> tuple[str, int]:
    """(state, place) that a verb leads to. BadMove."""
    if verb not in verbs(flow, place):
        raise BadMove(verb)
    match verb:
        case "say":
            return OPEN, place
        case "withdraw":
            return WITHDRAWN, place
        case "no":
            return REFUSED, place
        case "back":
            return OPEN, back_to(flow, place) or 0
    last = place + 1 == len(flow.steps)
    return (APPROVED, place) if last else (OPEN, place + 1)

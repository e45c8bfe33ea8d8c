"""Which day a report is about when its rows do not say: told above the header, or by the sheet's or file's name."""

import datetime as dt
import re

from kpis.ingest.reader import About
from opsplan.lib.columns import Fault, day
from opsplan.lib.problems import FileProblem

DATE = re.compile(r"(?<!\d)(20\d{2}[-/.年]\d{1,2}[-/.月]\d{1,2}|20\d{6})(?!\d)")
NOT_THE_DAY = ("导出", "下载", "生成", "更新")  # times of the file, not of what it reports


def the_day(about: About) -> dt.date:
    """The single day of a report. FileProblem: several_days, no_day."""
    told = told_period(about)
    if not told:
        raise FileProblem("no_day")
    if told["first"] != told["last"]:
        raise FileProblem("several_days", told)
    return dt.date.fromisoformat(told["first"])


def only_day(about: About) -> dt.date | None:
    """The same for a report whose rows do not say their day; None where they do."""
    return None if about.has("day") else the_day(about)


def told_period(about: About) -> dict[str, str]:
    """The days a file says it is about, before its rows: `first` and `last`, or nothing."""
    told = [text for row in about.preface for text in row if not any(word in text for word in NOT_THE_DAY)]
    for text in (*told, about.sheet, about.name):
        if days := days_in(text):
            return {"first": str(min(days)), "last": str(max(days))}
    return {}


def days_in(text: str) -> list[dt.date]:
    """The days written in a text, in their order."""
    found = []
    for written in DATE.findall(text):
        try:
            value = day(written)
        except Fault:
            continue
        if value:
            found.append(value)
    return found

"""Columns that the files of many platforms have (a reader adds what its platform calls them), parsers with a memory."""

import datetime as dt
from collections.abc import Callable

from kpis.ingest.between import FOOTER
from kpis.ingest.reader import Column
from opsplan.lib.columns import Fault, count, day, label, money, needed, needed_identifier, needed_moment, remembered
from opsplan.lib.text import folded

FIRST_DAY = dt.datetime(2000, 1, 1)  # noqa: DTZ001 - stands in for a local time that cannot be read
amount = remembered(money)
needed_amount = remembered(needed(money, "missing_number"))
pieces = remembered(count)
needed_pieces = remembered(needed(count, "missing_number"))
needed_day = remembered(needed(day, "missing_date"))


def numbered(field: str, *headers: str) -> Column:
    """The number of the order, case or item a row is about."""
    return Column(field, headers, needed_identifier, is_required=True, stand_in="")


def placed(*headers: str) -> Column:
    """When an order was placed."""
    return Column("created_at", headers, needed_moment, is_required=True, stand_in=FIRST_DAY)


def dated(*headers: str) -> Column:
    """The day a row is about, where all rows tell it."""
    return Column("day", headers, needed_day, is_required=True, stand_in=dt.date.min)


def summed(field: str, *headers: str) -> Column:
    """The amount a row is about; a total row shows its sum."""
    return Column(field, headers, needed_amount, is_required=True, adds=True, is_money=True, stand_in=0)


def called(*headers: str) -> Column:
    """What an item is called."""
    return Column("title", headers, label(200), is_required=True, stand_in="")


def counted(field: str, *headers: str) -> Column:
    """How many pieces of an item."""
    return Column(field, headers, needed_pieces, is_required=True, stand_in=1)


def named(limit: int) -> Callable[[str], str]:
    """The parser of a text that names its row: it must be there and is not the word of a total row."""
    parse = label(limit)

    def parsed(text: str) -> str:
        value = parse(text)
        if not value or FOOTER.fullmatch(folded(value)):
            raise Fault("missing_text")
        return value

    return parsed

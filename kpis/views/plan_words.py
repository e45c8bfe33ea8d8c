"""How a plan is written down: numbers of a cell, names of months, and what the grid has to say."""

from collections.abc import Iterable, Sequence
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _

from kpis.year.plan_rows import GROUPS

DASH = "—"
TEN_THOUSAND = Decimal(10_000)
# places after the point: at least and at most
PLACES = {
    "money": (1, 2),
    "count": (0, 0),
    "rate": (1, 2),
    "ratio": (0, 2),
    "score": (1, 2),
    "perday": (0, 1),
}
BELOW = {"quality", "budget"}  # blocks under what came
WORDS: dict[str, Promise] = {
    "saved": gettext_lazy("Saved %(time)s"),
    "saving": gettext_lazy("Saving …"),
    "offline": gettext_lazy("Not saved: the server cannot be reached. Trying again …"),
    "refused": gettext_lazy("Not saved"),
    "changed": gettext_lazy("%(span)s: %(row)s changed"),
    "several": gettext_lazy("%(count)s cells changed"),
    "followed": gettext_lazy("gave way"),
    "unchanged": gettext_lazy("unchanged"),
    "more": gettext_lazy("and %(count)s more"),
    "giveInstead": gettext_lazy("Let %(row)s give way instead"),
    "undo": gettext_lazy("Undo"),
    "nothingToUndo": gettext_lazy("There is nothing to undo."),
    "nothingToRedo": gettext_lazy("There is nothing to do again."),
    "conflictTitle": gettext_lazy("Somebody changed this meanwhile"),
    "conflict": gettext_lazy("%(who)s set %(now)s (%(time)s), you typed %(mine)s."),
    "emptied": gettext_lazy("nothing"),
    "somebody": gettext_lazy("Somebody"),
    "mine": gettext_lazy("Keep mine"),
    "theirs": gettext_lazy("Take theirs"),
    "notNumber": gettext_lazy("“%(text)s” is not a number."),
    "made": gettext_lazy("%(row)s is worked out from other rows."),
    "outside": gettext_lazy("The block is larger than the sheet; what does not fit was left out."),
    "colleague": gettext_lazy("A colleague changed %(count)s cells."),
    "lock": gettext_lazy("locked"),
    "keep": gettext_lazy("typed amount, stays"),
    "year": gettext_lazy("Year"),
    "partKnown": gettext_lazy("from %(days)s days of last year"),
    "notKnown": gettext_lazy("too few days of last year are known"),
    "cell": gettext_lazy("%(row)s, %(span)s"),
    "chooseHeroes": gettext_lazy("Hero products, %(span)s"),
    "newGroup": gettext_lazy("A product group"),
    "chooseGroup": gettext_lazy("Product group %(name)s"),
    "takeOut": gettext_lazy("Take out %(name)s"),
    "noProduct": gettext_lazy("No product of the store is called so."),
}


def months() -> list[str]:
    return _("Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec").split()


def words() -> dict[str, Any]:
    return {name: str(text) for name, text in WORDS.items()} | {"months": months()}


def scale_of(unit: str, values: Iterable[Decimal | None]) -> int:
    """In which steps a row of money is written: tens of thousands (万) in Chinese once it has become large."""
    is_chinese = (get_language() or "").startswith("zh")
    largest = max((value for value in values if value is not None), default=Decimal(0))
    return int(TEN_THOUSAND) if unit == "money" and is_chinese and largest >= TEN_THOUSAND * 10 else 1


Places = tuple[int, int]


def places_of(values: Iterable[Decimal | None], unit: str, scale: int = 1) -> Places:
    """Places after the point, at least and at most, that the numbers of a row share: two for all in 万 where one needs
    two, none where one is in the thousands."""
    numbers = [abs(value) / scale for value in values if value is not None]
    if scale > 1:
        hundredths = [(number * 100).quantize(Decimal(1), ROUND_HALF_UP) for number in numbers]
        return (2, 2) if any(number % 10 for number in hundredths) else (1, 1)
    in_thousands = unit == "money" and any(number >= 1000 for number in numbers)
    return (0, 0) if in_thousands else PLACES[unit]


def shown(value: Decimal | None, unit: str, scale: int = 1, places: Places | None = None) -> str:
    """`10.0` (万), `1,200`, `3.5%`, `79.4`; "" for none. The grid's JavaScript writes alike."""
    if value is None:
        return ""
    number = value * 100 if unit == "rate" else value / scale
    if places is None or (unit == "money" and scale == 1 and abs(number) >= 1000):
        places = places_of([value], unit, scale)
    return trimmed(number, *places) + ("%" if unit == "rate" else "")


def shown_all(values: Sequence[Decimal | None], sums: Sequence[Decimal | None], unit: str, scale: int) -> list[str]:
    """The numbers of a row and their sums, written alike. In yuan the numbers decide, in 万 the sums, too: a year is in
    the thousands before its months are."""
    places = places_of([*values, *sums] if scale > 1 else values, unit, scale)
    return [shown(value, unit, scale, places) for value in (*values, *sums)]


def trimmed(number: Decimal, least: int, most: int) -> str:
    text = f"{number.quantize(Decimal(1).scaleb(-most), rounding=ROUND_HALF_UP):,f}"
    head, _point, tail = text.partition(".")
    tail = tail.rstrip("0").ljust(least, "0")
    return f"{head}.{tail}" if tail else head


def shown_rows(plan: dict[str, Any]) -> list[dict[str, Any]]:
    """The blocks of the grid for the template; puts into each row of `plan` the scale it is written in."""
    blocks = []
    for group, name in GROUPS.items():
        rows = [shown_row(row) for row in plan["rows"] if row["group"] == group]
        if rows:
            blocks.append({"key": group, "name": name, "rows": rows, "is_below": group in BELOW})
    return blocks


def shown_row(row: dict[str, Any]) -> dict[str, Any]:
    if row["kind"] == "word":
        cells = [{"month": n, "text": cell["text"], "cell": cell} for n, cell in enumerate(row["cells"], 1)]
        return {"row": row, "cells": cells, "totals": {}, "is_word": True}
    values, sums = [number(cell["value"]) for cell in row["cells"]], [number(x) for x in row["totals"].values()]
    row["scale"] = scale_of(row["unit"], [*values, number(row["totals"]["year"])])
    texts = shown_all(values, sums, row["unit"], row["scale"])
    cells = [{"month": n, "text": texts[n - 1], "cell": cell} for n, cell in enumerate(row["cells"], 1)]
    totals = dict(zip(row["totals"], texts[len(values) :], strict=True))
    return {"row": row, "cells": cells, "totals": totals, "is_word": False}


def one_line(text: str | None) -> str:
    return "、".join((text or "").splitlines())


def number(text: str | None) -> Decimal | None:
    return None if text is None else Decimal(text)


def told_change(change: Any, loaded: Any) -> dict[str, Any]:
    """A line of a cell's history."""
    known = loaded.sheet.rows.get(change.row.key)
    unit = known.unit if known else ""
    return {
        "by": str(change.edit.by or ""),
        "at": change.edit.at,
        "old": told_state(change.old, unit),
        "new": told_state(change.new, unit),
        "is_typed": change.is_typed,
        "is_undone": change.edit.state != "done",
    }


def told_state(state: dict[str, Any], unit: str) -> str:
    text = one_line(state["text"]) or shown(number(state["value"]), unit) or DASH
    return text + " · " + _("locked") if state["locked"] else text

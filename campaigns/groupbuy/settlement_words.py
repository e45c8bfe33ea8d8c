"""The settlement's lines in words."""

from collections.abc import Iterator

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from campaigns.groupbuy.sheets import Line, Sheet
from opsplan.lib.money import yuan
from opsplan.lib.sheets import Cell

LINES: dict[str, Promise] = {
    "sales": gettext_lazy("Sold"),
    "refund": gettext_lazy("Refunded"),
    "net": gettext_lazy("Net sales of the deal"),
    "commission": gettext_lazy("Commission of the site"),
    "withheld": gettext_lazy("Slot fee taken off"),
    "fees": gettext_lazy("Fees not agreed"),
    "receivable": gettext_lazy("The site pays"),
    "slot": gettext_lazy("Slot fee"),
    "goods": gettext_lazy("Cost of the goods"),
    "freight": gettext_lazy("Freight"),
    "packaging": gettext_lazy("Packing material"),
    "gifts": gettext_lazy("Gifts sent along"),
    "returns": gettext_lazy("Freight of returns"),
    "other": gettext_lazy("Other costs"),
    "profit": gettext_lazy("Profit of the deal"),
    "d_missing": gettext_lazy("Orders the site does not tell of"),
    "d_unknown": gettext_lazy("Orders we do not know"),
    "d_price": gettext_lazy("Another amount paid"),
    "d_pieces": gettext_lazy("Another number of pieces"),
    "d_refunds": gettext_lazy("Refunds booked differently"),
    "d_base": gettext_lazy("Commission on other sales"),
    "d_commission": gettext_lazy("Another commission than agreed"),
    "d_slot": gettext_lazy("Another slot fee than agreed"),
    "d_fee": gettext_lazy("Fees that were not agreed"),
    "d_sum": gettext_lazy("The site's own lines do not add up"),
}
TOTALS = ("net", "receivable", "profit")


def words(line: Line) -> str:
    if line.note == "guarantee":
        return _("%(line)s (guarantee)") % {"line": LINES[line.cause]}
    return str(LINES[line.cause])


def note(line: Line) -> str:
    return "" if line.note == "guarantee" else line.note


def money(fen: int | None) -> Cell:
    return None if fen is None else yuan(fen)


def table(told: Sheet) -> Iterator[tuple[Cell, ...]]:
    """The sheet as rows of a file: part, line, pieces, ours, the site's, difference (yuan), orders."""
    parts = (
        (_("What the site pays"), told.lines),
        (_("What is left"), told.costs),
        (_("Why the site says another figure"), told.causes),
    )
    for part, lines in parts:
        for x in lines:
            yield (
                part, words(x), x.units, money(x.ours_fen), money(x.site_fen), money(x.difference_fen),
                " ".join(x.keys) or note(x),
            )  # fmt: skip
    if told.settlement:
        for i in told.settlement.instalments.all():
            yield (
                _("Instalments"),
                f"{i.number} · {i.due_on}",
                None,
                yuan(i.due_fen),
                yuan(i.received_fen),
                None,
                i.note,
            )

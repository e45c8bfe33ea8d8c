"""What a file that waits would do, order by order, in words."""

from collections.abc import Iterator
from typing import Any, NamedTuple

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from kpis.files.uploads import Upload
from kpis.views.rows import LABELS, REFUND_STATUS, STATUS
from kpis.writing import count
from opsplan.lib.money import yuan

WORDS: dict[str, Promise] = {
    "new": _("new"),
    "changed": _("changes"),
    "older": _("older than known"),
    "refund_fen": _("Refunded"),
    "order_day": _("Ordered on"),
    "finished_at": _("Finished at"),
    "fee_no": _("Fee number"),
    "line_key": _("Sub-order"),
    "name": _("Name"),
    "bounce_rate": _("Bounce rate"),
    "fav_cart": _("Favourited or added to cart"),
    "order_amt_fen": _("Order amount"),
    "pay_items": _("Units paid for"),
    "pay_orders": _("Orders paid"),
    "refund_amt_fen": _("Refunded"),
    "search_uv": _("Visitors from search"),
    "stay_seconds": _("Seconds stayed"),
    "visitors": _("Visitors"),
    "with_return": _("With goods sent back"),
}


class Change(NamedTuple):
    label: str
    before: str
    after: str


class Shown(NamedTuple):
    """A line of the preview; `what`: new, changed or older."""

    name: str
    what: str
    said: str
    changes: list[Change]


def preview(upload: Upload) -> dict[str, Any]:
    """`head`: what the names are; `lines`: the first of each sort; `rest`: how many more there are."""
    told = upload.notes.get("shown") if upload.state == Upload.State.READY else None
    if not told:
        return {}
    lines = list(lines_of(told))
    if not lines:
        return {}
    rest = upload.new + upload.changed + upload.older - len(lines)
    return {"head": label(told["key"]), "lines": lines, "rest": max(rest, 0)}


def lines_of(told: dict[str, Any]) -> Iterator[Shown]:
    statuses = REFUND_STATUS if told["key"] == "refund_no" else STATUS
    for name, changes in told["changed"]:
        pairs = [
            Change(label(column), *(written(column, value, statuses) for value in values))
            for column, values in changes.items()
        ]
        yield Shown(name, "changed", str(WORDS["changed"]), pairs)
    for what in ("older", "new"):
        for name in told[what]:
            yield Shown(name, what, str(WORDS[what]), [])


def label(column: str) -> str:
    return str(WORDS.get(column) or LABELS.get(column) or column)


def written(column: str, value: Any, statuses: dict[int, Promise]) -> str:
    if value in (None, ""):
        return "—"
    if column == "status":
        return str(statuses.get(value, value))
    if column.endswith("_fen"):
        return f"{yuan(value):,}"
    return count(value) if isinstance(value, int) else str(value)

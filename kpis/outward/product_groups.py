"""Groups of products as a page and the drawer ask for them: their stages, their roles, the campaigns they were in."""

from collections.abc import Sequence
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from kpis.answers import Figure
from kpis.breakdowns import cuts, questions, tables
from kpis.breakdowns.questions import Question
from kpis.breakdowns.tables import Table
from kpis.figures import grains
from kpis.metrics import METRICS
from opsplan.lib.periods import Period
from stores.models import Store

BY = ("stage", "role", "campaign")
TITLES: dict[str, Promise] = {
    "stage": gettext_lazy("Stage of life"),
    "role": gettext_lazy("Role in the range"),
    "campaign": gettext_lazy("Campaign"),
}


def group_table(store: Store, by: str, keys: Sequence[str], period: Period, compare: Sequence[str] = ()) -> Table:
    """The metrics by stage or role (as the products stand now) or by campaign (on its days); the total is the store's.
    Stages and roles come in their own order, campaigns best first; "" is no known product."""
    found = tables.table(Question((store,), tuple(keys), period, dimensions=(by,), compare=tuple(compare)))
    order = {key: n for n, key in enumerate(questions.members(by, (store,)))} if by != "campaign" else {}
    lines = sorted(found.lines, key=lambda line: order.get(line.key[by], len(order)))
    return Table(found.question, tuple(lines), found.count, found.totals, found.notes)


def group_figure(
    store: Store, key: str, period: Period, compare: Sequence[str], of: tuple[str, str]
) -> tuple[Figure, str, dict[str, Any]]:
    """A figure of (stage, role or campaign, its key), the group's name, and how `explain.explanation` is told so.
    LookupError where there is no such group, or no such figure of it."""
    by, member = of
    if not member:
        return nameless_figure(store, key, period, compare, by)
    names = questions.members(by, (store,))
    if member not in names or not grains.can_split(METRICS[key], "product"):
        raise LookupError(member)
    asked = Question((store,), (key,), period, filters={by: (member,)}, compare=tuple(compare))
    [total] = tables.table(asked).totals
    if key not in total.values:  # no product of it, or a campaign on other days
        raise LookupError(member)
    return total.values[key], names[member], cuts.narrowing(by, member)


def known(store: Store, group: str) -> str:
    """The group of an address as it stands. LookupError where the store has no such stage, role or campaign."""
    by, _colon, member = group.partition(":")
    if group and (by not in BY or member not in questions.members(by, (store,))):
        raise LookupError(group)
    return group


def name_of(store: Store, group: str) -> str:
    """What a known group is called, "" for none."""
    by, _colon, member = group.partition(":")
    return questions.members(by, (store,))[member] if group else ""


def nameless_figure(
    store: Store, key: str, period: Period, compare: Sequence[str], by: str
) -> tuple[Figure, str, dict[str, Any]]:
    """What was sold of no known product, which belongs to no stage and no role."""
    is_told = grains.can_split(METRICS[key], "product")
    lines = group_table(store, by, [key], period, compare).lines if is_told else ()
    figure = next((line.values[key] for line in lines if not line.key[by]), None)
    if figure is None:
        raise LookupError(key)
    return figure, _("without items"), {"product": 0}

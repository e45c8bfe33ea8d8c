"""One month (pure): sales = visitors a day x conversion x revenue per buyer x days. Edit one node, the others follow.

The rule people see: whoever types a factor moves sales, unless the month's amount was typed or locked; then another
factor gives way, in the order of YIELDS, and is kept exact. A locked node never moves.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field, replace
from decimal import Decimal

from kpis.planning.shares import Contradiction, exact
from opsplan.lib.money import CENT
from opsplan.lib.text import gettext_noop as _

SALES, UV, CVR, AOV = "real_amt", "uv", "pay_cvr", "aov_buyer"
FACTORS = (UV, CVR, AOV)
YIELDS = {SALES: (UV, CVR, AOV), UV: (CVR, AOV), CVR: (UV, AOV), AOV: (UV, CVR)}
NEAR = Decimal("0.001")  # locks that disagree by less are one and the same


@dataclass(frozen=True)
class Month:
    """yuan, visitors a day, a fraction, yuan per buyer. held: the month's amount was typed; it stays until emptied.
    by_parts: it is what its parts are together, as long as its own factors do not make it."""

    days: int
    values: Mapping[str, Decimal | None] = field(default_factory=dict)
    locked: frozenset[str] = frozenset()
    held: bool = False
    by_parts: bool = False

    def __getitem__(self, key: str) -> Decimal | None:
        return self.values.get(key)

    @property
    def is_kept(self) -> bool:
        """Whether somebody typed or locked the amount."""
        return self[SALES] is not None and (self.held or SALES in self.locked)

    @property
    def keeps_sales(self) -> bool:
        return self.is_kept or (self.by_parts and self[SALES] is not None)


def sales_of(uv: Decimal, conversion: Decimal, per_buyer: Decimal, days: int) -> Decimal:
    """Yuan, to the fen."""
    return (uv * conversion * per_buyer * days).quantize(CENT)


def product(month: Month) -> Decimal | None:
    """Sales as the factors make them, to the fen; None while one is missing."""
    uv, conversion, per_buyer = month[UV], month[CVR], month[AOV]
    if uv is None or conversion is None or per_buyer is None:
        return None
    return sales_of(uv, conversion, per_buyer, month.days)


def edited(month: Month, changes: Mapping[str, Decimal | None], give: str = "") -> Month:
    """The month after somebody typed these nodes (None empties one). `give`: the factor that is to give way.

    What is typed together stands together: only what was not typed gives way. Raises Contradiction when a lock would
    have to move.
    """
    for key, value in changes.items():
        if key in month.locked and value != month[key]:
            raise Contradiction(_("%(row)s is locked."), row=key)
    held = changes[SALES] is not None if SALES in changes else month.held
    moved = replace(month, values={**month.values, **changes, **followers(month, changes)}, held=held)
    return settled(moved, changes, give) if moved.keeps_sales else derived(moved)


def followers(month: Month, changes: Mapping[str, Decimal | None]) -> dict[str, None]:
    """The factor that gave way to a typed amount goes with it, where all that it was made of is emptied together."""
    free = next((x for x in YIELDS[SALES] if x not in month.locked), "")
    made_of = {SALES, *FACTORS} - {free}
    is_emptied = all(month[x] is not None and x in changes and changes[x] is None for x in made_of)
    return {free: None} if free and month.held and is_emptied and free not in changes else {}


def derived(month: Month) -> Month:
    """Sales follow the factors."""
    if month.keeps_sales:
        return month
    return replace(month, values={**month.values, SALES: product(month)})


def settled(month: Month, typed: Collection[str], give: str = "") -> Month:
    """One unlocked factor that was not `typed` gives way, so that the kept sales come out; none while two are empty."""
    unknown = [x for x in FACTORS if month[x] is None]
    if unknown:
        return solved(month, unknown[0]) if len(unknown) == 1 and unknown[0] not in typed else month
    first = SALES if SALES in typed else next(iter(typed))
    order = [x for x in YIELDS[first] if x not in month.locked and x not in typed]
    if order:
        return solved(month, give if give in order else order[0])
    made, wanted = product(month) or Decimal(0), month[SALES] or Decimal(0)
    if abs(made - wanted) <= NEAR * wanted:
        return month
    if SALES not in typed and SALES not in month.locked:  # typed earlier, not locked: the amount gives way
        return derived(replace(month, held=False))
    raise Contradiction(
        _("The factors make %(made)s, the month's amount is %(wanted)s: they differ by more than 0.1 %%, and nothing "
          "is free to move."),
        made=made, wanted=wanted,
    )  # fmt: skip


def solved(month: Month, free: str) -> Month:
    """`free` from the sales and the other two factors, kept exact. Raises Contradiction when there is no such value."""
    wanted = month[SALES]
    assert wanted is not None
    rest = Decimal(month.days)
    for other in FACTORS:
        if other != free:
            value = month[other]
            assert value is not None
            rest *= value
    if not rest:
        if not wanted:
            return month
        raise Contradiction(_("No value of %(row)s makes sales out of nothing: another factor is 0."), row=free)
    found = exact(wanted / rest)
    if free == CVR and found > 1:
        raise Contradiction(
            _("%(row)s would have to be %(percent)s %%, more than everybody buying."),
            row=free, percent=(found * 100).quantize(Decimal("0.1")),
        )  # fmt: skip
    return replace(month, values={**month.values, free: found})


def rebased(month: Month, days: int) -> Month:
    """The same month with another number of days: kept sales stay and a factor gives way, else sales follow."""
    moved = replace(month, days=days)
    return settled(moved, [SALES]) if moved.keeps_sales else derived(moved)

"""Which KPIs matter to a style, by its stage and its role (domain.md 4.1 to 4.3), and what they are to reach. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal

from opsplan.lib.text import gettext_noop as _
from products.lifecycle import DECLINE, GROWTH, INCUBATION, MATURITY, Thresholds

MOST = 6
OF_SHOP = ("gross_rate", "refund_rate_amt")  # what the shop has of these is made of what its products have
STAGES: dict[str, tuple[str, ...]] = {
    INCUBATION: ("uv", "fav_rate", "cart_rate", "pay_cvr", "pay_item_cnt"),
    GROWTH: ("uv", "pay_cvr", "pay_item_cnt", "pay_amt", "refund_rate_amt"),
    MATURITY: ("pay_amt", "uv_value", "gross_rate", "pay_cvr", "refund_rate_amt"),
    DECLINE: ("pay_item_cnt", "pay_amt", "gross_rate", "unit_price", "refund_rate_amt"),
}
ROLES: dict[str, tuple[str, ...]] = {"traffic": ("uv", "cart_rate"), "profit": ("gross_rate", "gross")}
WHY: dict[str, str] = {
    INCUBATION: _("do buyers stop, put it into the cart, buy?"),
    GROWTH: _("do visitors and sales hold by themselves, into the top of the search?"),
    MATURITY: _("does it earn, and does it pull other products along?"),
    DECLINE: _("is it cleared before it costs money?"),
}


def keys(stage: str, role: str) -> tuple[str, ...]:
    """The KPIs that matter, those of the role first; MOST of them."""
    return tuple(dict.fromkeys((*ROLES.get(role, ()), *STAGES[stage])))[:MOST]


@dataclass(frozen=True)
class Goal:
    """A number of the stage beside the KPIs: `key` names it, None where it is not known. most: it is to be at most
    `limit`, else at least."""

    key: str
    value: Decimal | None
    limit: Decimal
    most: bool

    @property
    def holds(self) -> bool | None:
        if self.value is None:
            return None
        return self.value <= self.limit if self.most else self.value >= self.limit


def goals(
    stage: str,
    found: Mapping[str, Decimal | None],
    search_rank: int | None,
    limits: Thresholds,
    stock: tuple[int, int] | None = None,
    along: tuple[Decimal | None, Decimal] | None = None,
) -> list[Goal]:
    """What the stage asks for besides: steadiness and search and natural visitors by the evidence last worked out
    (`found`, by name of a check), the rank by the last record, the stock by its line (units there, units to have), and
    in maturity what it sells along: units of the orders that hold it, against those of all orders (`along`)."""
    rank = None if search_rank is None else Decimal(search_rank)
    told = {
        INCUBATION: [
            Goal("units", found.get("units"), limits.steady_units, False),
            Goal("cv", found.get("cv"), limits.steady_cv, True),
        ],
        GROWTH: [
            Goal("search_rank", rank, limits.goal_rank, True),
            Goal("natural_share", found.get("natural_share"), limits.natural_share, False),
            Goal("cv", found.get("cv"), limits.steady_cv, True),
        ],
        MATURITY: [
            Goal("search_rank", rank, limits.leave_rank, True),
            Goal("natural_share", found.get("natural_share"), limits.natural_share, False),
            *([Goal("along", along[0], along[1], False)] if along else []),
        ],
        DECLINE: [],
    }[stage]
    if stock is not None and stage != DECLINE:
        told.append(Goal("stock", Decimal(stock[0]), Decimal(stock[1]), False))
    return told

"""客户总览: an agency's clients, their stores' agreed KPIs against target, and what is to be billed."""

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.db.models import Prefetch

from kpis import queries
from kpis.answers import Figure
from kpis.clients import contracts, statements
from kpis.queries import Question
from opsplan.lib import clock
from opsplan.lib.periods import DAY, Period
from stores.models import Contract, Store

SHOWN_AFTER = 60  # days a contract stays here after its end, and longer while something is to be billed


@dataclass(frozen=True)
class Row:
    """A store of a contract: figures by key, and how far each is from its target (below 0: behind)."""

    store: Store
    figures: Mapping[str, Figure]
    distances: Mapping[str, Decimal | None]

    @property
    def worst(self) -> tuple[str, Decimal] | None:
        told = [(key, x) for key, x in self.distances.items() if x is not None]
        return min(told, key=lambda x: x[1], default=None)


@dataclass(frozen=True)
class Client:
    """A contract as the cockpit shows it. waiting: months to be stated; unpaid: issued and not paid, some overdue."""

    contract: Contract
    keys: Sequence[str]
    rows: Sequence[Row]
    waiting: Sequence[Period]
    unpaid: Sequence[Any]
    overdue: Sequence[Any]

    @property
    def worst(self) -> tuple[Row, str, Decimal] | None:
        told = [(row, *row.worst) for row in self.rows if row.worst]
        return min(told, key=lambda x: x[2], default=None)


def distance(figure: Figure) -> Decimal | None:
    """How far a figure is from its target, as a share of it: -0.2 is a fifth behind, whichever way is better."""
    part = figure.reached(figure.target)
    if part is None:
        return None
    return 1 - part if figure.better == "down" else part - 1


def led(stores: Mapping[int, Store]) -> list[Any]:
    """The contracts of these stores (by id) and no others, with their statements (`standing`), newest first."""
    found = contracts.contracts(stores)
    made = statements.every().order_by("-first", "-pk")
    return list(found.prefetch_related(Prefetch("statements", queryset=made, to_attr="standing")))


def clients(found: Sequence[Any], period: Period) -> list[Client]:
    """Furthest behind a target first; those without any target last, by name."""
    shown = [x for x in found if is_shown(x)]
    stores = {store.pk: store for x in shown for store in x.stores.all() if store.closed_at is None}
    keys = list(dict.fromkeys(key for x in shown for key in contracts.agreed_of(x)))
    told: dict[str, Mapping[str, Figure]] = {}
    if stores:
        table = queries.table(Question(tuple(stores.values()), tuple(keys), period, ("store",)))
        told = {line.key["store"]: line.values for line in table.lines}
    made = [client(x, told) for x in shown]
    return sorted(made, key=lambda x: (x.worst is None, x.worst[2] if x.worst else Decimal(0), str(x.contract.brand)))


def is_shown(contract: Any) -> bool:
    today = statements.today_of(contract)
    recent = contract.last is None or contract.last + SHOWN_AFTER * DAY >= today
    return recent or bool(statements.waiting(contract, today) or unpaid_of(contract))


def client(contract: Any, told: Mapping[str, Mapping[str, Figure]]) -> Client:
    """A contract with its stores, the one farthest below its target first; told: their figures by slug."""
    keys, today = contracts.agreed_of(contract), statements.today_of(contract)
    rows = []
    for store in contracts.stores_of(contract):
        if store.slug in told:
            figures = {key: told[store.slug][key] for key in keys}
            rows.append(Row(store, figures, {key: distance(x) for key, x in figures.items()}))
    rows.sort(key=lambda x: (x.worst is None, x.worst[1] if x.worst else Decimal(0), x.store.name))
    unpaid = unpaid_of(contract)
    overdue = [x for x in unpaid if statements.state_of(x, today) == statements.OVERDUE]
    return Client(contract, keys, rows, statements.waiting(contract, today), unpaid, overdue)


def unpaid_of(contract: Any) -> list[Any]:
    return [x for x in contract.standing if x.issued_at and not x.withdrawn_at and not x.paid_on]


def today_of(found: Sequence[Any]) -> dt.date:
    """The earliest day among all stores'."""
    zones = {store.timezone for x in found for store in x.stores.all()}
    return min((clock.today(zone) for zone in zones), default=clock.today("Asia/Shanghai"))
